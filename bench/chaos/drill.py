"""One run: readers become due, mails flow, something breaks, and in the end all are counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench.chaos.audience import Look
from bench.chaos.receivers import Mood
from bench.chaos.rig import Rig
from bench.chaos.verdict import Verdict, judge

_PATIENCE: Final = 90.0  # seconds for an edition to finish by itself
_REPEATS_SHOW: Final = 1.5  # and for a mail that is sent again to arrive


@dataclass(frozen=True)
class Fault:
    """Something that breaks, and how much doubt it may leave behind."""

    name: str
    words: str
    act: Callable[[Scene], str] | None = None  # returns what exactly was done
    mood: Mood | None = None  # of the receiving server, from the first mail on
    environ: Mapping[str, str] = field(default_factory=dict)
    odd: str = ""  # what the addresses of some readers begin with
    composes: bool = False  # the edition is made within the run, too
    is_early: bool = False  # it happens before the first row is written
    is_fresh: bool = False  # on senders that carry nothing over from the fault before
    share: float = 1.0  # of the usual number of mails
    runs: int = 5
    # Mails that may be uncertain for each sending process killed, or for each stroke of a mood.
    doubt: int = 0


@dataclass
class Scene:
    """What a fault can reach while a run is on."""

    rig: Rig
    dice: Random
    mails: int
    number: int
    killed: int = 0  # sending processes

    @property
    def arrived(self) -> int:
        return len(self.rig.receiver.arrivals)

    def wait(self, until: Callable[[], object], seconds: float) -> bool:
        """Go on when it is so, or after some seconds; what dies meanwhile is restarted."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                return False
            self.rig.supervise()
            time.sleep(0.02)
        return True


@dataclass(frozen=True)
class Run:
    """What a run has shown."""

    fault: str
    number: int
    done: str
    verdict: Verdict
    most_uncertain: int  # that may be
    finished: bool
    paused: str
    seconds: float
    struck: int = 0  # how often the receiving server misbehaved

    @property
    def faults(self) -> list[str]:
        """Which promises were not kept."""
        counts = self.verdict.as_json()
        wrong = [
            f"{counts[name]} {name}"
            for name in ("lost", "repeated", "unfinished", "mistold", "miscounted")
            if counts[name]
        ]
        if self.verdict.uncertain > self.most_uncertain:
            wrong.append(f"{self.verdict.uncertain} uncertain, {self.most_uncertain} allowed")
        return wrong if self.finished else [*wrong, "not finished in time"]

    def as_json(self) -> dict[str, Any]:
        return {
            "fault": self.fault,
            "run": self.number,
            "done": self.done,
            **self.verdict.as_json(),
            "uncertain_allowed": self.most_uncertain,
            "struck": self.struck,
            "finished": self.finished,
            "paused": self.paused,
            "seconds": round(self.seconds, 1),
            "broken": self.faults,
        }


def drill(rig: Rig, fault: Fault, number: int, mails: int, seed: int) -> Run:
    """Run a fault once, on senders that were started for it."""
    began = time.monotonic()
    mails = max(int(mails * fault.share), 50)
    dice = Random(f"{seed} {fault.name} {number}")  # noqa: S311 (moments, not secrets)
    scene = Scene(rig, dice, mails, number)
    _set(scene, fault)
    done = _break(scene, fault)
    finished, paused = _finish(scene)
    time.sleep(_REPEATS_SHOW)
    verdict = judge(rig.audience.entries(), rig.receiver.arrivals, rig.audience.counters())
    return Run(
        fault=fault.name,
        number=number,
        done=done,
        verdict=verdict,
        most_uncertain=fault.doubt * (scene.killed + rig.receiver.struck),
        finished=finished,
        paused=paused,
        seconds=time.monotonic() - began,
        struck=rig.receiver.struck,
    )


def _set(scene: Scene, fault: Fault) -> None:
    rig = scene.rig
    rig.audience.forget(editions=fault.composes)
    with rig.broker() as broker:
        broker.flushall()
    rig.receiver.begin(fault.mood, Random(scene.dice.random()))  # noqa: S311
    run = f"{fault.name}-{scene.number}".replace("_", "-")
    rig.audience.become_due(scene.mails, run, fault.odd)


def _break(scene: Scene, fault: Fault) -> str:
    """At a moment between the first row and the last mail; or before, while it is composed."""
    if not fault.act:
        return fault.words
    if fault.is_early:
        return fault.act(scene)
    share = scene.dice.uniform(-0.15 if fault.composes else 0, 0.85)  # few mails are skipped
    if share < 0:
        scene.wait(lambda: False, scene.dice.uniform(0, 2))
    else:
        scene.wait(lambda: _has_come_to(scene, int(share * scene.mails)), _PATIENCE)
        time.sleep(scene.dice.uniform(0, 0.1))
    arrived = scene.arrived
    return f"after {arrived} of {scene.mails}: {fault.act(scene)}"


def _has_come_to(scene: Scene, mails: int) -> bool:
    if scene.arrived < mails:
        return False
    look = scene.rig.audience.look()
    return look is not None and look.rows > 0


def _finish(scene: Scene) -> tuple[bool, str]:
    """Wait until nothing waits any more: whether that came, and why it was paused meanwhile.

    The only help: when all that is left was deferred, the server behaves again and nobody waits
    for the next attempts; when an edition has paused itself, it is resumed.
    """
    reasons: list[str] = []

    def is_over() -> bool:
        look = scene.rig.audience.look()
        return look is not None and _is_over(scene, look, reasons)

    return scene.wait(is_over, _PATIENCE), "; ".join(dict.fromkeys(reasons))


def _is_over(scene: Scene, look: Look, reasons: list[str]) -> bool:
    rig = scene.rig
    if look.paused:
        reasons.append(look.paused)
        rig.receiver.heal()
        rig.audience.resume()
        rig.hurry()
        return False
    if look.waiting or look.due:
        return False
    if look.deferred:
        rig.receiver.heal()
        rig.hurry()
        time.sleep(0.5)
        return False
    return True
