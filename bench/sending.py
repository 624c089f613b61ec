"""The whole path of a mail, beside smtp-source, plain Django and django-newsletter.

All into the same smtp-sink, in turns. Ours is the code of production: the ledger's rows are
queued, tasks are enqueued, and a real Celery worker with four processes claims, personalizes, sends
and records. Tables are emptied between rounds, never code.
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

from bench import transport
from bench.database import Server, empty_database, scalar
from bench.edition import make_edition, mean_bytes
from bench.measuring import figure, is_quick, ratios
from bench.report import part_tables
from bench.result_files import write
from bench.rivals import content
from bench.rivals.environment import own_database, python_of_rival
from bench.rivals.process import Rival, RivalError, rival
from bench.subscribers import make_due_again, make_subscribers
from bench.whole_path import queued_and_sent
from bench.workers import SENDERS, senders
from fakes import postfix
from newsletter.models import Edition

WAYS: Final = {
    "ours": "ours, the whole path",
    "transport": "ours, the transport alone, 4 connections",
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
    log_bytes: float = 0.0  # ours only: of PostgreSQL's log (WAL), a mail


@dataclass(frozen=True, slots=True)
class Sizes:
    """The mails of a round: so many that each way takes a few seconds."""

    rounds: int
    ours: int
    plain_django: int
    django_newsletter: int


class Ways:
    """All that sends, started and ready, and one sink."""

    def __init__(self, sizes: Sizes, stack: ExitStack) -> None:
        self._sizes = sizes
        self._port = stack.enter_context(postfix.sink())
        edition = make_edition()
        make_subscribers(sizes.ours)
        self._worker = stack.enter_context(senders(self._port))
        self.mail_bytes = {"ours": mean_bytes(edition), "transport": transport.SIZE}
        self._rivals: dict[str, Rival] = {}
        order = content.for_plain_django(edition, self._port)
        django = rival("plain_django", order, processes=SENDERS)
        self._add("plain_django", stack.enter_context(django))
        self.missing = ""
        try:
            newsletter = stack.enter_context(_django_newsletter(edition, self._port))
            self._add("django_newsletter", newsletter)
        except RivalError as error:
            self.missing = str(error)
            print(f"{error}. The others are measured without it.", flush=True)

    def _add(self, name: str, one: Rival) -> None:
        self._rivals[name] = one
        self.mail_bytes[name] = one.mail_bytes

    def one_round(self) -> dict[str, Measured]:
        """Every way, one after the other."""
        ready = transport.ours(self._port, 4, self._sizes.ours)
        measured = {"ours": self._ours(), "transport": Measured(ready.rate, ready.cpu_us)}
        measured["smtp_source"] = self._source()
        return measured | {name: self._rival(name) for name in self._rivals}

    def _ours(self) -> Measured:
        make_due_again()
        sent = queued_and_sent(self._worker, self._sizes.ours)
        costs = sent.worker_us, sent.postgres_us
        return Measured(sent.rate, *costs, sent.queue_seconds, sent.log_bytes_a_mail)

    def _source(self) -> Measured:
        mails = self._sizes.ours
        start, before = time.perf_counter(), os.times()
        postfix.source(self._port, mails, self.mail_bytes["ours"])
        seconds, after = time.perf_counter() - start, os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        return Measured(mails / seconds, spent / mails * 1e6)

    def _rival(self, name: str) -> Measured:
        mails, server = getattr(self._sizes, name), Server()
        before = server.cpu_seconds()
        sending = self._rivals[name].send(mails)
        spent = server.cpu_seconds() - before
        return Measured(sending.rate, sending.cpu_us, spent / mails * 1e6)


@contextmanager
def _django_newsletter(edition: Edition, port: int) -> Iterator[Rival]:
    python = python_of_rival(Path(settings.VAR_DIR))
    with own_database() as database:
        order = content.for_django_newsletter(edition, port, database)
        with rival("django_newsletter", order, python=str(python)) as newsletter:
            yield newsletter


def main(quick: bool) -> None:
    sizes = Sizes(2, 2_000, 200, 100) if quick else Sizes(5, 20_000, 1_000, 400)
    with ExitStack() as stack:
        stack.enter_context(empty_database())
        ways = Ways(sizes, stack)
        ways.one_round()  # caches and connections; not counted
        rounds = [ways.one_round() for _ in range(sizes.rounds)]
        version = scalar("SHOW server_version")
    results = {
        "quick": quick,
        "postgresql": version,
        "sizes": asdict(sizes),
        "missing": ways.missing,
        **summary(rounds, ways.mail_bytes),
    }
    print("\n".join(part_tables({"sending": results})))
    print(f"Log (WAL): {results['ledger_log_bytes_a_mail']['median']:.0f} bytes a mail")
    print(f"Written to {write('sending', results)}")


def summary(rounds: Sequence[dict[str, Measured]], mail_bytes: dict[str, int]) -> dict[str, Any]:
    """Medians and spreads of each way, and the ratios of ours to the others, round by round.

    Args:
        mail_bytes: the size of a mail by way; smtp-source sends mails of our size.
    """
    names = list(rounds[0])
    by_way = {name: [one[name] for one in rounds] for name in names}
    fields = ("rate", "cpu_us", "postgres_us")
    return {
        "rounds": [{name: asdict(one[name]) for name in names} for one in rounds],
        "ways": [
            {
                "way": WAYS[name],
                "mail_kb": mail_bytes.get(name, mail_bytes["ours"]) / 1000,
                **{what: figure(getattr(one, what) for one in found).as_json() for what in fields},
            }
            for name, found in by_way.items()
        ],
        "ratios": {name: figure(found).as_json() for name, found in _ratios(by_way).items()},
        "ledger_log_bytes_a_mail": figure(one.log_bytes for one in by_way["ours"]).as_json(),
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


if __name__ == "__main__":
    main(is_quick())
