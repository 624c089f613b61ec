"""The whole path of a mail, beside smtp-source, plain Django and django-newsletter.

All into the same smtp-sink, in turns. Ours is production's own: the ledger's rows are queued,
bells are rung, and a real Celery worker with two processes claims, personalises, sets, sends and
records. Tables are emptied between runs, never code.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from bench import audience, postfix
from bench.costs import Database
from bench.figures import figure, ratios
from bench.rivals import orders
from bench.rivals.installed import own_database, python_of_rival
from bench.rivals.program import Rival, RivalError, rival
from bench.stage import empty_database, is_quick, postgresql_version, write
from bench.whole_path import queued_and_sent
from bench.workers import SENDERS, Worker, senders
from newsletter.models import Edition

WAYS: Final = {
    "ours": "ours, the whole path",
    "smtp_source": "smtp-source -d -s 4",
    "plain_django": "plain Django, open connections",
    "django_newsletter": "django-newsletter 1.2.1",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One way in one round: mails a second, and microseconds of processors a mail."""

    rate: float
    cpu_us: float
    postgres_us: float = 0.0
    queue_seconds: float = 0.0  # ours only: before the clock of its rate


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many mails a round has: so many that each way takes a few seconds."""

    rounds: int
    ours: int
    plain_django: int
    django_newsletter: int


class Contest:
    """All that sends, up and ready, and one sink."""

    def __init__(self, sizes: Sizes, stack: ExitStack) -> None:
        self._sizes = sizes
        self._port = stack.enter_context(postfix.sink())
        edition = audience.make_edition()
        audience.make_readers(sizes.ours)
        self._worker: Worker = stack.enter_context(senders(self._port))
        self._rivals: dict[str, Rival] = {}
        self.mail_bytes = {"ours": audience.mean_bytes(edition)}
        order = orders.for_plain_django(edition, self._port)
        django = rival("plain_django", order, processes=SENDERS)
        self._enter("plain_django", stack.enter_context(django))
        self.missing = ""
        try:
            newsletter = stack.enter_context(_django_newsletter(edition, self._port))
            self._enter("django_newsletter", newsletter)
        except RivalError as error:
            self.missing = str(error)
            print(f"{error}. The rest goes on without it.", flush=True)

    def _enter(self, name: str, one: Rival) -> None:
        self._rivals[name] = one
        self.mail_bytes[name] = one.mail_bytes

    def one_round(self) -> dict[str, Measured]:
        """Every way, one after the other."""
        measured = {"ours": self._ours(), "smtp_source": self._source()}
        return measured | {name: self._rival(name) for name in self._rivals}

    def _ours(self) -> Measured:
        audience.due_again()
        sent = queued_and_sent(self._worker, self._sizes.ours)
        return Measured(sent.rate, sent.worker_us, sent.postgres_us, sent.queue_seconds)

    def _source(self) -> Measured:
        mails = self._sizes.ours
        start, before = time.perf_counter(), os.times()
        postfix.source(self._port, mails, self.mail_bytes["ours"])
        seconds, after = time.perf_counter() - start, os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        return Measured(mails / seconds, spent / mails * 1e6)

    def _rival(self, name: str) -> Measured:
        mails, database = getattr(self._sizes, name), Database()
        before = database.cpu_seconds()
        sending = self._rivals[name].send(mails)
        spent = database.cpu_seconds() - before
        return Measured(sending.rate, sending.cpu_us, spent / mails * 1e6)


@contextmanager
def _django_newsletter(edition: Edition, port: int) -> Iterator[Rival]:
    python = python_of_rival(Path(settings.VAR_DIR))
    with own_database() as database:
        order = orders.for_django_newsletter(edition, port, database)
        with rival("django_newsletter", order, python=str(python)) as newsletter:
            yield newsletter


def main(quick: bool) -> None:
    sizes = Sizes(2, 2_000, 200, 100) if quick else Sizes(5, 20_000, 1_000, 400)
    with ExitStack() as stack:
        stack.enter_context(empty_database())
        contest = Contest(sizes, stack)
        contest.one_round()  # caches and connections; not counted
        rounds = [contest.one_round() for _ in range(sizes.rounds)]
        version = postgresql_version()
    results = {
        "quick": quick,
        "postgresql": version,
        "sizes": asdict(sizes),
        "mail_bytes": contest.mail_bytes,
        "missing": contest.missing,
        **summary(rounds),
    }
    _print(results)
    print(f"Written to {write('sending', results)}")


def summary(rounds: Sequence[dict[str, Measured]]) -> dict[str, Any]:
    """Medians and spreads of each way, and what ours is to the others, round by round."""
    names = list(rounds[0])
    by_way = {name: [one[name] for one in rounds] for name in names}
    fields = ("rate", "cpu_us", "postgres_us")
    return {
        "rounds": [{name: asdict(one[name]) for name in names} for one in rounds],
        "ways": {
            name: {what: figure(getattr(one, what) for one in found).as_json() for what in fields}
            for name, found in by_way.items()
        },
        "ratios": {name: figure(found).as_json() for name, found in _ratios(by_way).items()},
    }


def _ratios(by_way: dict[str, list[Measured]]) -> dict[str, list[float]]:
    rates = {name: [one.rate for one in found] for name, found in by_way.items()}
    costs = {name: [one.cpu_us for one in found] for name, found in by_way.items()}
    found = {
        "ratio_to_smtp_source": ratios(rates["ours"], rates["smtp_source"]),
        "ratio_to_plain_django": ratios(rates["ours"], rates["plain_django"]),
        "cpu_ratio_plain_django": ratios(costs["plain_django"], costs["ours"]),
    }
    if "django_newsletter" in rates:
        found["ratio_to_django_newsletter"] = ratios(rates["ours"], rates["django_newsletter"])
    return found


def _print(results: dict[str, Any]) -> None:
    print(f"{'into one smtp-sink':<34}{'mails/s':>9}{'CPU µs a mail':>15}{'PostgreSQL':>12}")
    for name, of_way in results["ways"].items():
        rate, cpu, postgres = (of_way[one]["median"] for one in ("rate", "cpu_us", "postgres_us"))
        print(f"{WAYS[name]:<34}{rate:>9.0f}{cpu:>15.0f}{postgres:>12.0f}")
    for name, found in results["ratios"].items():
        print(f"{name:<34}{found['median']:.2f} ({found['least']:.2f} to {found['most']:.2f})")


if __name__ == "__main__":
    main(is_quick())
