"""What the SMTP transport promises, whatever the server does: nothing lost, nothing repeated."""

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

from mail.outcome import Outcome
from mail.smtp import pool
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import BACKEND, make_burst
from tests.sink import sinking
from tests.sink_rules import HANG_UP, LOSE, SILENCE, Answer, Moment, Sink

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
class Trouble:
    """What the server does to whom, and how often each connection breaks how."""

    refused: Mapping[int, tuple[str, str]]  # reader → verb, answer
    broken: Mapping[int, tuple[str, Answer]]  # the server's nth answer → verb, what it says
    per_connection: int  # mails; 0 for any number

    def __post_init__(self) -> None:
        self._said = Counter[str]()

    def __call__(self, moment: Moment) -> Answer:
        self._said[moment.verb] += 1
        for turn, (verb, answer) in self.broken.items():
            if verb == moment.verb and self._said[verb] == turn:
                return answer
        if self.per_connection and moment.verb == "MAIL" and moment.mails >= self.per_connection:
            return "421 4.7.0 too many"
        return self._refusal(moment)

    def _refusal(self, moment: Moment) -> Answer:
        if not moment.to:
            return None
        number = int(moment.to.removeprefix("reader").partition("@")[0])
        verb, answer = self.refused.get(number, ("", ""))
        return answer if verb == moment.verb else None


troubles = st.builds(
    Trouble,
    refused=st.dictionaries(st.integers(1, COUNT), refusals, max_size=6),
    broken=st.dictionaries(st.integers(1, 30), breaks, max_size=4),
    per_connection=st.sampled_from([0, 0, 1, 3]),
)
honest = {
    "pipelining": st.booleans(),
    "no_recipients": st.sampled_from(["354 go on", "503 5.5.1 why", "554 5.5.1 none"]),
    "packets": st.sampled_from([0, 0, 0, 5]),
}
honest_servers = st.fixed_dictionaries(honest)
servers = st.fixed_dictionaries(
    {**honest, "loses_behind": st.sampled_from([False, False, False, True])}
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


@pytest.fixture(autouse=True, params=[inf, 0], ids=["in turns", "in threads"])
def _near(request: pytest.FixtureRequest) -> Iterator[None]:
    """The server is next door, or far away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_NEAR", request.param)
        yield


def outcomes_of(sink: Sink, lanes: int) -> dict[str, Outcome]:
    burst = make_burst(COUNT)
    with override_settings(EMAIL_PORT=sink.port, SMTP_CONNECTIONS=lanes), SmtpTransport() as sender:
        outcomes = sender.send(burst)
    return {message.to: outcome for message, outcome in zip(burst, outcomes, strict=True)}


# The last line of an answer that has no end is that of the next one: 421, and yet it was taken.
@example(
    trouble=Trouble({}, {1: ("end", "250-never ended")}, 1), server={"pipelining": True}, lanes=1
)
@settings(max_examples=100, deadline=None)
@given(trouble=troubles, server=servers, lanes=st.integers(1, 3))
def test_no_mail_is_lost_or_repeated(trouble: Trouble, server: dict[str, Any], lanes: int) -> None:
    with sinking(trouble, **server) as sink:
        outcomes = outcomes_of(sink, lanes)
    received = Counter(mail.to for mail in sink.mails)
    assert set(received.values()) <= {1}
    states = {reader: outcome.state for reader, outcome in outcomes.items()}
    assert {reader for reader, state in states.items() if state == "accepted"} <= set(received)
    assert {states[reader] for reader in received} <= {"accepted", "unknown"}
    assert sink.faults == []


@settings(max_examples=100, deadline=None)
@given(trouble=troubles, server=honest_servers, lanes=st.integers(1, 3))
def test_whoever_is_not_refused_gets_their_mail(
    trouble: Trouble, server: dict[str, Any], lanes: int
) -> None:
    """With refusals and limits only: nothing breaks off."""
    trouble.broken = {}
    with override_settings(EMAIL_TIMEOUT=10), sinking(trouble, **server) as sink:
        outcomes = outcomes_of(sink, lanes)
    wanted = {
        f"reader{number}@example.com": "refused" if answer[0] == "5" else "deferred"
        for number, (_, answer) in trouble.refused.items()
    }
    states = {reader: outcome.state for reader, outcome in outcomes.items()}
    assert states == {reader: wanted.get(reader, "accepted") for reader in outcomes}
    assert {mail.to for mail in sink.mails} == set(outcomes) - set(wanted)


def test_the_promises_can_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without counting replies off, the same tests would see it: the harness can fail."""
    from mail.smtp.session import SmtpSession

    def blind(self: SmtpSession, letter: object) -> tuple[bool, bool]:
        for _ in range(3):
            self._read()
        return True, False

    monkeypatch.setattr(SmtpSession, "_read_envelope_replies", blind)
    trouble = Trouble({3: ("RCPT", "550 5.1.1 nobody")}, {}, 0)
    with sinking(trouble, no_recipients="354 go on") as sink:
        outcomes = outcomes_of(sink, 1)
    accepted = {reader for reader, outcome in outcomes.items() if outcome.state == "accepted"}
    assert accepted - {mail.to for mail in sink.mails} == {"reader3@example.com"}
