"""A server 30 ms away: our whole path and our transport alone, beside plain Django.

A proxy in front of smtp-sink delays every byte by 15 ms each way, so that the figure is how often
a mail waits for the server. Plain Django has one connection, kept open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bench import transport
from bench.database import empty_database
from bench.edition import make_edition
from bench.measuring import figure, is_quick, ratios
from bench.report import part_tables
from bench.result_files import write
from bench.rivals import content
from bench.rivals.process import Rival, rival
from bench.subscribers import make_due_again, make_subscribers
from bench.whole_path import queued_and_sent
from bench.workers import SENDERS, senders
from fakes import postfix
from fakes.slow_proxy import delayed
from newsletter.delivery.deliver import BATCH

ONE_WAY: Final = 0.015  # seconds
DJANGO: Final = "plain Django"
PATH, TRANSPORT = "ours, the whole path", "ours, the transport alone"
# Each of the sending processes takes a batch, or more, or one would send alone.
_MAILS: Final = SENDERS * BATCH
# The promised figures: of which way, over how many connections in all, and as what.
_FIGURES: Final = {
    "ratio_with_latency": (PATH, SENDERS, "times_per_connection"),
    "ratio_with_latency_8_connections": (PATH, 8, "times_plain_django"),
    "ratio_with_latency_transport": (TRANSPORT, 1, "times_per_connection"),
    "ratio_with_latency_transport_8_connections": (TRANSPORT, 8, "times_plain_django"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send; `rate` sends, and returns its mails a second."""

    name: str
    connections: int
    rate: Callable[[], float]


def main(quick: bool) -> None:
    rounds = 1 if quick else 5
    with ExitStack() as stack:
        stack.enter_context(empty_database())
        port = stack.enter_context(delayed(stack.enter_context(postfix.sink()), ONE_WAY))
        edition = make_edition()
        make_subscribers(_MAILS)
        order = content.for_plain_django(edition, port)
        ways = _ways(port, stack.enter_context(rival("plain_django", order)), quick=quick)
        by_round = [[way.rate() for way in ways] for _ in range(rounds)]
    rates = [list(of_way) for of_way in zip(*by_round, strict=True)]
    results = {"quick": quick, "round_trip_ms": ONE_WAY * 2000, **summary(ways, rates)}
    print("\n".join(part_tables({"latency": results})))
    print(f"Written to {write('latency', results)}")


def _ways(port: int, django: Rival, *, quick: bool) -> list[Way]:
    few, some, many = (20, 60, 400) if quick else (40, 120, 800)
    return [
        Way(DJANGO, 1, lambda: django.send(few).rate),
        Way(TRANSPORT, 1, lambda: transport.ours(port, 1, some).rate),
        Way(TRANSPORT, 8, lambda: transport.ours(port, 8, many).rate),
        *(Way(PATH, count * SENDERS, partial(_whole_path, port, count)) for count in (1, 2)),
    ]


def _whole_path(port: int, connections: int) -> float:
    """With so many connections in each sending process, which is started anew."""
    make_due_again()
    with senders(port, SMTP_CONNECTIONS=str(connections)) as worker:
        return queued_and_sent(worker, _MAILS).rate


def summary(ways: Sequence[Way], rates: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Each way beside plain Django, as a whole and by connection, round by round."""
    django = rates[[way.name for way in ways].index(DJANGO)]
    rows = {}
    for way, of_way in zip(ways, rates, strict=True):
        times = figure(ratios(of_way, django))
        rows[way.name, way.connections] = {
            "way": way.name,
            "connections": way.connections,
            "rate": figure(of_way).as_json(),
            "times_plain_django": times.as_json(),
            "times_per_connection": times.divided(way.connections).as_json(),
            "rates": list(of_way),
        }
    figures = {key: rows[name, count][what] for key, (name, count, what) in _FIGURES.items()}
    return {"ways": list(rows.values()), **figures}


if __name__ == "__main__":
    main(is_quick())
