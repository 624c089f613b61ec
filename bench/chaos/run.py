"""One run: subscribers become due, mails are sent, a fault happens, all mails are counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Final

from fakes.mail_counts import Counts, count
from fakes.mail_receiver import Misbehaviour
from fakes.service_database import Status
from fakes.service_processes import Service

_FINISH_SECONDS: Final = 90.0  # for an edition to finish without help
_REPEAT_SECONDS: Final = 1.5  # and for a repeated mail to arrive


@dataclass(frozen=True)
class Fault:
    """A fault, and how many uncertain mails it may leave."""

    name: str
    words: str
    act: Callable[[Context], str] | None = None  # returns what exactly was done
    misbehaviour: Misbehaviour | None = None  # of the receiving server, from the first mail on
    environ: Mapping[str, str] = field(default_factory=dict)
    special: str = ""  # the beginning of some subscribers' addresses
    composes: bool = False  # the edition is composed within the run, too
    is_early: bool = False  # it happens before the first row is written
    is_fresh: bool = False  # on senders that were started for it
    share: float = 1.0  # of the usual number of mails
    runs: int = 5
    # Mails that may be uncertain for each sending process killed, or for each wrong reply.
    doubt: int = 0
    keeps_all: bool = False  # nothing is refused for good: then no mail may fail


@dataclass
class Context:
    """What a fault can use during a run."""

    service: Service
    random: Random
    mails: int
    number: int
    killed: int = 0  # sending processes, or mails that an operator has held
    wrong: list[str] = field(default_factory=list)  # other promises that were not kept

    def wait(self, until: Callable[[], object], seconds: float) -> bool:
        """Until the condition holds, or for so many seconds; dead processes are restarted."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                return False
            self.service.restart_dead()
            time.sleep(0.02)
        return True


@dataclass(frozen=True)
class Run:
    """The result of a run."""

    fault: str
    run: int  # its number
    done: str
    counts: Counts
    uncertain_allowed: int
    misbehaved: int  # how often the receiving server did
    finished: bool
    paused: str  # why, if the edition paused itself
    seconds: float
    keeps_all: bool = False
    wrong: Sequence[str] = ()

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        counts = asdict(self.counts)
        promised = ["lost", "repeated", "unfinished", "misreported", "miscounted"]
        promised += ["failed"] if self.keeps_all else []
        wrong = [*self.wrong, *(f"{counts[name]} {name}" for name in promised if counts[name])]
        if self.counts.uncertain > self.uncertain_allowed:
            wrong.append(f"{self.counts.uncertain} uncertain, {self.uncertain_allowed} allowed")
        return wrong if self.finished else [*wrong, "not finished in time"]

    @property
    def is_notable(self) -> bool:
        """Whether it left mails uncertain, was paused, or broke a promise."""
        return bool(self.counts.uncertain or self.paused or self.broken)

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        counts: dict[str, int] = values.pop("counts")
        del values["keeps_all"], values["wrong"]  # `broken` has them
        return {**values, **counts, "broken": self.broken}


def run_fault(service: Service, fault: Fault, number: int, mails: int, seed: int) -> Run:
    """Run a fault once, on senders that were started for it."""
    began = time.monotonic()
    mails = max(int(mails * fault.share), 50)
    random = Random(f"{seed} {fault.name} {number}")  # noqa: S311 (moments, not secrets)
    context = Context(service, random, mails, number)
    receiver, database = service.receiver, service.database
    _prepare(context, fault)
    done = _act(context, fault)
    finished, paused = _finish(context)
    return Run(
        fault=fault.name,
        run=number,
        done=done,
        counts=count(database.expected(), receiver.arrivals, database.counters()),
        uncertain_allowed=fault.doubt * (context.killed + receiver.misbehaved),
        misbehaved=receiver.misbehaved,
        finished=finished,
        paused=paused,
        seconds=round(time.monotonic() - began, 1),
        keeps_all=fault.keeps_all,
        wrong=context.wrong,
    )


def _prepare(context: Context, fault: Fault) -> None:
    service = context.service
    service.database.empty(editions=fault.composes)
    with service.broker() as broker:
        broker.flushall()
    service.receiver.begin(fault.misbehaviour, Random(context.random.random()))  # noqa: S311
    run = f"{fault.name}-{context.number}".replace("_", "-")
    service.database.make_subscribers(context.mails, run, fault.special)


def _act(context: Context, fault: Fault) -> str:
    """At a moment between the first row and the last mail; or before, while it is composed."""
    if not fault.act:
        return fault.words
    if fault.is_early:
        return fault.act(context)
    share = context.random.uniform(-0.15 if fault.composes else 0, 0.85)  # few mails are skipped
    if share < 0:
        context.wait(lambda: False, context.random.uniform(0, 2))
    else:
        context.wait(lambda: _has_come_to(context, int(share * context.mails)), _FINISH_SECONDS)
        time.sleep(context.random.uniform(0, 0.1))
    arrived = len(context.service.receiver.arrivals)
    return f"after {arrived} of {context.mails}: {fault.act(context)}"


def _has_come_to(context: Context, mails: int) -> bool:
    service = context.service
    status = len(service.receiver.arrivals) >= mails and service.database.status()
    return bool(status and status.rows)


def _finish(context: Context) -> tuple[bool, str]:
    """Wait until all rows are final, and stay so: whether that came, and why it was paused.

    When all remaining rows are deferred, it ends the fault and brings the next attempts forward;
    when an edition was paused automatically, it is resumed. Nothing else is helped.
    """
    reasons: list[str] = []

    def is_over() -> bool:
        status = context.service.database.status()
        return status is not None and _is_over(context.service, status, reasons)

    finished = is_stable = False
    while not is_stable:
        finished = context.wait(is_over, _FINISH_SECONDS)
        time.sleep(_REPEAT_SECONDS)  # a process that was woken may still release what it held
        is_stable = is_over() or not finished
    return finished, "; ".join(dict.fromkeys(reasons))


def _is_over(service: Service, status: Status, reasons: list[str]) -> bool:
    if status.paused:
        reasons.append(status.paused)
        service.receiver.behave()
        service.database.resume()
        service.bring_forward()
        return False
    if status.waiting or status.due:
        return False
    if status.deferred:
        service.receiver.behave()
        service.bring_forward()
        time.sleep(0.5)
        return False
    return True
