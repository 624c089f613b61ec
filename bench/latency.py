"""A server 30 ms away: our whole path and our transport alone, beside plain Django.

A proxy in front of smtp-sink holds every byte back for 15 ms each way, so that what counts is
how often a mail waits for the server. Plain Django has one connection, kept open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.test import override_settings

from bench import audience, postfix
from bench.figures import figure, ratios
from bench.rivals import orders
from bench.rivals.program import Rival, rival
from bench.smtp import SENDER, measured, ours
from bench.stage import empty_database, is_quick, write
from bench.whole_path import queued_and_sent
from bench.workers import SENDERS, senders
from fakes.slow_proxy import HOST, delayed
from newsletter.deliver import BATCH
from newsletter.transports import SMTP

ONE_WAY: Final = 0.015  # seconds
DJANGO: Final = "plain Django"
PATH, TRANSPORT = "ours, the whole path", "ours, the transport alone"
# Each of the two sending processes takes a batch, or more, or one would send alone.
_SHARE: Final = SENDERS * BATCH


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send; `act` gives its mails a second."""

    name: str
    connections: int
    act: Callable[[], float]


def main(quick: bool) -> None:
    rounds = 1 if quick else 5
    with ExitStack() as stack:
        stack.enter_context(empty_database())
        port = stack.enter_context(delayed(stack.enter_context(postfix.sink()), ONE_WAY))
        order = orders.for_plain_django(_edition(), port)
        django = stack.enter_context(rival("plain_django", order))
        ways = _ways(port, django, quick=quick)
        rates = _in_turns(ways, rounds)
    results = {"quick": quick, "round_trip_ms": ONE_WAY * 2000, **summary(ways, rates)}
    for row in results["ways"]:
        print(
            f"{row['way']:<28}{row['connections']:>3} connections{row['rate']['median']:>8.1f}/s"
            f"{row['times_plain_django']['median']:>8.1f} × plain Django"
        )
    print(f"Written to {write('latency', results)}")


def _edition() -> Any:
    edition = audience.make_edition()
    audience.make_readers(_SHARE)
    return edition


def _ways(port: int, django: Rival, *, quick: bool) -> list[Way]:
    few, some, many = (20, 60, 400) if quick else (40, 120, 800)
    return [
        Way(DJANGO, 1, lambda: django.send(few).rate),
        Way(TRANSPORT, 1, partial(_transport, port, 1, some)),
        Way(TRANSPORT, 8, partial(_transport, port, 8, many)),
        *(Way(PATH, count * SENDERS, partial(_whole_path, port, count)) for count in (1, 4)),
    ]


def _transport(port: int, connections: int, mails: int) -> float:
    server = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": HOST, "EMAIL_PORT": port}
    with override_settings(**server, EMAIL_TIMEOUT=30.0, MAIL_FROM=SENDER):
        return measured(mails, partial(ours, connections)).rate


def _whole_path(port: int, connections: int) -> float:
    """With so many connections in each sending process, which begins anew."""
    audience.due_again()
    with senders(port, SMTP_CONNECTIONS=str(connections)) as worker:
        return queued_and_sent(worker, _SHARE).rate


def _in_turns(ways: Sequence[Way], rounds: int) -> list[list[float]]:
    """The rates of each way, round by round."""
    by_round = [[way.act() for way in ways] for _ in range(rounds)]
    return [list(of_way) for of_way in zip(*by_round, strict=True)]


def summary(ways: Sequence[Way], rates: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Each way beside plain Django, as a whole and by connection, round by round."""
    django = rates[[way.name for way in ways].index(DJANGO)]
    rows = []
    for way, of_way in zip(ways, rates, strict=True):
        times = figure(ratios(of_way, django))
        rows.append(
            {
                "way": way.name,
                "connections": way.connections,
                "rate": figure(of_way).as_json(),
                "times_plain_django": times.as_json(),
                "times_per_connection": times.divided(way.connections).as_json(),
                "rates": list(of_way),
            }
        )
    return {"ways": rows, **_headlines(rows)}


def _headlines(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def of(way: str, *, several: bool) -> dict[str, Any]:
        return next(
            row for row in rows if row["way"] == way and (row["connections"] == 8) is several
        )

    return {
        "ratio_with_latency": of(PATH, several=False)["times_per_connection"],
        "ratio_with_latency_8_connections": of(PATH, several=True)["times_plain_django"],
        "ratio_with_latency_transport": of(TRANSPORT, several=False)["times_per_connection"],
        "ratio_with_latency_transport_8_connections": of(TRANSPORT, several=True)[
            "times_plain_django"
        ],
    }


if __name__ == "__main__":
    main(is_quick())
