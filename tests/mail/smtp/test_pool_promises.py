"""Whatever the server does: no message is lost, and none is repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import HANG_UP, LOSE, SILENCE, Moment, Reply, Sink
from mail.outcome import Outcome
from mail.smtp import pool
from mail.smtp.pool import SmtpTransport
from mail.smtp.session import SmtpSession
from tests.mail.smtp.bursts import BACKEND, make_burst

COUNT = 14
REFUSALS = ["450 4.2.1 busy", "451 4.7.1 greylisted", "452 4.2.2 full", "550 5.1.1 nobody"]
REFUSALS += ["552 5.2.2 over quota", "554-5.7.1 no\r\n554 5.7.1 never"]
BREAKS = [HANG_UP, "421 4.3.2 bye", "hello?", "354 what", "250-never ended", ("450 no", HANG_UP)]

refusals = st.tuples(st.sampled_from(["RCPT", "DATA", "end"]), st.sampled_from(REFUSALS))
breaks = st.one_of(
    st.tuples(
        st.sampled_from(["MAIL", "RCPT", "DATA", "content", "end", "RSET", "EHLO", "greeting"]),
        st.sampled_from(BREAKS),
    ),
    st.tuples(st.just("end"), st.sampled_from([LOSE, HANG_UP])),
    st.tuples(st.sampled_from(["RCPT", "end"]), st.just(SILENCE)),
)


@dataclass
class Faults:
    """What the server replies to which recipient, and how each connection breaks."""

    refused: Mapping[int, tuple[str, str]]  # recipient → verb, reply
    broken: Mapping[int, tuple[str, Reply]]  # the server's nth reply → verb, what it is
    per_connection: int  # messages; 0 for any number

    def __post_init__(self) -> None:
        self._said = Counter[str]()

    def __call__(self, moment: Moment) -> Reply:
        self._said[moment.verb] += 1
        for turn, (verb, answer) in self.broken.items():
            if verb == moment.verb and self._said[verb] == turn:
                return answer
        if self.per_connection and moment.verb == "MAIL" and moment.mails >= self.per_connection:
            return "421 4.7.0 too many"
        return self._refusal(moment)

    def _refusal(self, moment: Moment) -> Reply:
        if not moment.to:
            return None
        number = int(moment.to.removeprefix("reader").partition("@")[0])
        verb, answer = self.refused.get(number, ("", ""))
        return answer if verb == moment.verb else None


faults = st.builds(
    Faults,
    refused=st.dictionaries(st.integers(1, COUNT), refusals, max_size=6),
    broken=st.dictionaries(st.integers(1, 30), breaks, max_size=4),
    per_connection=st.sampled_from([0, 0, 1, 3]),
)
correct = {
    "pipelining": st.booleans(),
    "no_recipients": st.sampled_from(["354 go on", "503 5.5.1 why", "554 5.5.1 none"]),
    "packets": st.sampled_from([0, 0, 0, 5]),
}
correct_servers = st.fixed_dictionaries(correct)
servers = st.fixed_dictionaries(
    {**correct, "loses_behind": st.sampled_from([False, False, False, True])}
)


@pytest.fixture(autouse=True)
def _smtp() -> Iterator[None]:
    with override_settings(
        EMAIL_BACKEND=BACKEND,
        EMAIL_HOST="127.0.0.1",
        EMAIL_TIMEOUT=0.2,
        MAIL_DOMAIN="papers.test",
        SMTP_CONNECTIONS=1,
    ):
        yield


@pytest.fixture(autouse=True, params=[inf, 0], ids=["near", "far"])
def _distance(request: pytest.FixtureRequest) -> Iterator[None]:
    """The server counts as near, or as far away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_NEAR", request.param)
        yield


def outcomes_of(sink: Sink, workers: int) -> dict[str, Outcome]:
    burst = make_burst(COUNT)
    with (
        override_settings(EMAIL_PORT=sink.port, SMTP_CONNECTIONS=workers),
        SmtpTransport() as sender,
    ):
        outcomes = sender.send(burst)
    return {message.to: outcome for message, outcome in zip(burst, outcomes, strict=True)}


# The last line of a reply without end is that of the next reply: 421, though it was accepted.
@example(
    faults=Faults({}, {1: ("end", "250-never ended")}, 1), server={"pipelining": True}, workers=1
)
@settings(max_examples=100, deadline=None)
@given(faults=faults, server=servers, workers=st.integers(1, 3))
def test_no_message_is_lost_or_repeated(
    faults: Faults, server: dict[str, Any], workers: int
) -> None:
    with sinking(faults, **server) as sink:
        outcomes = outcomes_of(sink, workers)
    received = Counter(mail.to for mail in sink.mails)
    assert set(received.values()) <= {1}
    states = {reader: outcome.state for reader, outcome in outcomes.items()}
    assert {reader for reader, state in states.items() if state == "accepted"} <= set(received)
    assert {states[reader] for reader in received} <= {"accepted", "unknown"}
    assert sink.faults == []


@settings(max_examples=100, deadline=None)
@given(faults=faults, server=correct_servers, workers=st.integers(1, 3))
def test_every_recipient_that_is_not_refused_gets_the_message(
    faults: Faults, server: dict[str, Any], workers: int
) -> None:
    """With refusals and limits only: no connection breaks."""
    faults.broken = {}
    with override_settings(EMAIL_TIMEOUT=10), sinking(faults, **server) as sink:
        outcomes = outcomes_of(sink, workers)
    wanted = {
        f"reader{number}@example.com": "refused" if answer[0] == "5" else "deferred"
        for number, (_, answer) in faults.refused.items()
    }
    states = {reader: outcome.state for reader, outcome in outcomes.items()}
    assert states == {reader: wanted.get(reader, "accepted") for reader in outcomes}
    assert {mail.to for mail in sink.mails} == set(outcomes) - set(wanted)


def test_these_tests_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the counting of replies the same test would fail."""

    def without_counting(self: SmtpSession, letter: object) -> tuple[bool, bool]:
        for _ in range(3):
            self._read()
        return True, False

    monkeypatch.setattr(SmtpSession, "_read_envelope_replies", without_counting)
    faults = Faults({3: ("RCPT", "550 5.1.1 nobody")}, {}, 0)
    with sinking(faults, no_recipients="354 go on") as sink:
        outcomes = outcomes_of(sink, 1)
    accepted = {reader for reader, outcome in outcomes.items() if outcome.state == "accepted"}
    assert accepted - {mail.to for mail in sink.mails} == {"reader3@example.com"}
