"""The SMTP transport against a sink that misbehaves at every step, with and without PIPELINING."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from math import inf
from threading import active_count, current_thread, main_thread
from time import monotonic

import pytest
from pytest_django import Settings

from fakes.slow_proxy import delayed
from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import HANG_UP, LOSE, SILENCE, Answer, Moment, Rule, Sink, as_usual
from mail.backend import DjangoTransport
from mail.factory import open_transport
from mail.message import Message
from mail.outcome import Outcome
from mail.smtp import pool
from mail.smtp.pool import SmtpTransport
from mail.smtp.queue import Letter, Mailbag, stuffed
from newsletter.editions.render import Digest, build_digest

BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LATER = datetime(2025, 3, 15, 8, tzinfo=UTC)


class PlainSheet:
    """What `Digest` needs of a sheet, without templates."""

    subject = "Papers"

    def __init__(self, text: bytes = b"A paper.\r\n" * 40) -> None:
        self._text = text

    def message(self, to: str, message_id: str, date: str, token: str) -> bytes:
        head = f"To: {to}\r\nMessage-ID: {message_id}\r\nDate: {date}\r\nSubject: Papers\r\n\r\n"
        return head.encode() + self._text + f"https://papers.test/u/{token}\r\n".encode()


def make_digest(number: int, to: str = "", text: bytes = b"A paper.\r\n" * 40) -> Digest:
    return build_digest(
        delivery_id=number,
        key_id="",
        to=to or f"reader{number}@example.com",
        dated_at=LATER,
        body=PlainSheet(text),  # type: ignore[arg-type]
    )


def make_burst(count: int) -> list[Digest]:
    return [make_digest(number) for number in range(1, count + 1)]


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 20
    settings.MAIL_FROM = "Trending Papers <digest@papers.test>"
    settings.MAIL_DOMAIN = "papers.test"
    settings.SMTP_CONNECTIONS = 1


@pytest.fixture
def _impatient(settings: Settings) -> None:
    """For servers that fall silent; a busy machine makes others slow, so not for them."""
    settings.EMAIL_TIMEOUT = 0.5


@pytest.fixture(params=[True, False], ids=["pipelining", "step by step"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=[inf, 0], ids=["in turns", "in threads"])
def _near(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is next door, or far away."""
    monkeypatch.setattr(pool, "_NEAR", request.param)


Connect = Callable[[Sink], SmtpTransport]


@pytest.fixture
def _connect(settings: Settings) -> Connect:
    def connect(sink: Sink) -> SmtpTransport:
        settings.EMAIL_PORT = sink.port
        return SmtpTransport()

    return connect


@pytest.fixture
def connect(_connect: Connect, _near: None) -> Connect:
    return _connect


@contextmanager
def told(rule: Rule = as_usual, **options: object) -> Iterator[Sink]:
    """A sink; in the end it has nothing to complain of, and took no mail twice."""
    with sinking(rule, **options) as sink:
        yield sink
    assert sink.faults == []
    ids = Counter(mail.message_id for mail in sink.mails)
    assert ids == Counter(set(ids))


def states(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def readers(sink: Sink) -> list[str]:
    return [mail.to for mail in sink.mails]


def at(verb: str, answer: Answer, *numbers: int) -> Rule:
    """Say it to these readers (to all, without numbers), at this verb. MAIL knows no reader."""
    chosen = {f"reader{number}@example.com" for number in numbers}

    def rule(moment: Moment) -> Answer:
        return answer if moment.verb == verb and (not chosen or moment.to in chosen) else None

    return rule


def once(verb: str, answer: Answer, *, after: int = 0) -> Rule:
    """Say it the first time that it is `verb`'s turn after so many mails."""
    said: list[Moment] = []

    def rule(moment: Moment) -> Answer:
        if moment.verb != verb or moment.total < after or said:
            return None
        said.append(moment)
        return answer

    return rule


# ── as it should be ──────────────────────────────────────────────────────────


def test_every_mail_arrives_once_at_its_own_reader(connect: Connect, pipelining: bool) -> None:
    with told(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(7))
    assert states(outcomes) == ["accepted"] * 7
    assert readers(sink) == [f"reader{number}@example.com" for number in range(1, 8)]
    assert sink.connections == 1


def test_what_the_server_called_the_mail_is_kept(connect: Connect) -> None:
    with told() as sink, connect(sink) as transport:
        [outcome] = transport.send(make_burst(1))
    assert outcome == Outcome("accepted", provider_id="2.0.0 taken")


def test_the_mail_that_arrived_is_the_mail_that_was_meant(connect: Connect) -> None:
    """Python's own email library reads what came over the wire."""
    burst = make_burst(3)
    with told() as sink, connect(sink) as transport:
        transport.send(burst)
    for digest, mail in zip(burst, sink.mails, strict=True):
        parsed = message_from_bytes(mail.content, policy=policy.default)
        assert (parsed["To"], mail.to, mail.sender) == (digest.to, digest.to, "digest@papers.test")
        assert parsed["Message-ID"] == digest.headers["Message-ID"]
        assert mail.content == digest.as_bytes()
        assert digest.token in parsed.get_content()


def test_connections_are_kept_between_bursts(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 2
    with told() as sink, connect(sink) as transport:
        for first in (0, 20, 40):
            transport.send([make_digest(first + number) for number in range(20)])
    assert len(sink.mails) == 60
    assert sink.connections <= 2  # the first may have sent all before the other was up


def test_a_small_burst_opens_no_connections_it_does_not_need(
    connect: Connect, settings: Settings
) -> None:
    settings.SMTP_CONNECTIONS = 8
    with told() as sink, connect(sink) as transport:
        transport.send(make_burst(3))
    assert sink.connections == 1


@pytest.mark.usefixtures("_impatient")
def test_connections_work_side_by_side(connect: Connect, settings: Settings) -> None:
    """One that is held up holds up nobody but the mail on it."""
    settings.SMTP_CONNECTIONS = 3
    slow = once("end", SILENCE)
    with told(slow) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(30))
    assert Counter(states(outcomes)) == {"accepted": 29, "unknown": 1}
    assert len({mail.connection for mail in sink.mails}) >= 2


def test_how_near_a_server_is_shows_in_its_answers(settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 3
    with told() as sink, delayed(sink.port, 0.005) as far:
        for settings.EMAIL_PORT, is_near in (sink.port, True), (far, False):
            with SmtpTransport() as transport:
                assert not transport.is_streaming
                transport.send(make_burst(40))
                assert transport.is_streaming is is_near
                transport.send([make_digest(number) for number in range(41, 81)])
        sink.mails = sink.mails[:80]  # the same mails went to both
    assert len({mail.connection for mail in sink.mails}) == 3


def test_a_server_next_door_is_spoken_to_without_threads(
    flowing: Connect, settings: Settings
) -> None:
    settings.SMTP_CONNECTIONS = 3
    with told() as sink, flowing(sink) as transport:
        before = active_count()
        transport.send(make_burst(40))
        assert active_count() == before
    assert len({mail.connection for mail in sink.mails}) == 3


def test_a_burst_larger_than_usual_is_sent_whole(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 4
    with told() as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(700))
    assert states(outcomes) == ["accepted"] * 700
    assert len(sink.mails) == 700


def test_no_mails_need_no_server(settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    with SmtpTransport() as transport:
        assert transport.send([]) == []


def test_a_connection_says_goodbye(connect: Connect) -> None:
    with told() as sink:
        with connect(sink) as transport:
            transport.send(make_burst(1))
        until = monotonic() + 2
        while "QUIT" not in sink.verbs and monotonic() < until:
            pass
    assert sink.verbs[-1] == "QUIT"


def test_the_next_envelope_rides_behind_a_mails_end(connect: Connect) -> None:
    """So a mail costs one round trip; and the last one has nobody behind it."""
    with told(at("RCPT", "550 5.1.1 no", 3)) as sink, connect(sink) as transport:
        transport.send(make_burst(5))
    assert sink.behind == 3  # behind mails 1, 2 and 4; behind 3 it rode after a RSET


# ── refusals ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("no_recipients", ["354 go on", "503 5.5.1 what for?", "554 5.5.1 none"])
def test_a_refused_reader_takes_no_neighbour_down(
    connect: Connect, pipelining: bool, no_recipients: str
) -> None:
    rule = at("RCPT", "550 5.1.1 no such user", 1, 3, 4, 7)
    options = {"pipelining": pipelining, "no_recipients": no_recipients}
    with told(rule, **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(7))
    a, r = "accepted", "refused"
    assert states(outcomes) == [r, a, r, r, a, a, r]
    assert [outcome.is_hard_bounce for outcome in outcomes] == [
        state == r for state in states(outcomes)
    ]
    assert readers(sink) == [f"reader{number}@example.com" for number in (2, 5, 6)]
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("RCPT", "450 4.2.1 busy", "deferred"),
        ("RCPT", "451 4.7.1 greylisted", "deferred"),
        ("RCPT", "452 4.2.2 mailbox full", "deferred"),
        ("RCPT", "550-5.1.1 there is\r\n550 5.1.1 no such user", "refused"),
        ("RCPT", "552 5.2.2 over quota", "refused"),
        ("RCPT", "530 5.7.0 log in first", "misconfigured"),
        ("DATA", "451 4.3.0 later", "deferred"),
        ("DATA", "554 5.7.1 no", "refused"),
        ("end", "450 4.7.1 later", "deferred"),
        ("end", "451 4.7.1 later", "deferred"),
        ("end", "452 4.3.1 disk full", "deferred"),
        ("end", "550 5.7.1 spam", "refused"),
        ("end", "552 5.3.4 too big", "refused"),
    ],
)
def test_a_no_belongs_to_the_mail_it_was_said_to(
    connect: Connect, pipelining: bool, verb: str, answer: str, state: str
) -> None:
    with told(at(verb, answer, 2), pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", state, "accepted"]
    assert outcomes[1].error.startswith(answer[:3])
    assert (len(sink.mails), sink.connections) == (2, 1)


@pytest.mark.parametrize("no_recipients", ["354 go on", "503 5.5.1 what for?"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("553 5.7.1 not your address", "misconfigured"),
        ("451 4.7.1 slow down", "deferred"),
        ("552 5.3.4 too big", "refused"),
    ],
)
def test_a_refused_sender_is_sorted_for_each_mail(
    connect: Connect, pipelining: bool, answer: str, state: str, no_recipients: str
) -> None:
    options = {"pipelining": pipelining, "no_recipients": no_recipients}
    with told(at("MAIL", answer), **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == [state] * 3
    assert (sink.mails, sink.connections) == ([], 1)


def test_a_mail_above_the_servers_limit_is_refused_unsaid(
    connect: Connect, pipelining: bool
) -> None:
    burst = [make_digest(1), make_digest(2, text=b"long\r\n" * 2000), make_digest(3)]
    with told(size=9000, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(burst)
    assert states(outcomes) == ["accepted", "refused", "accepted"]
    assert "no more than 9000" in outcomes[1].error
    assert not any("reader2" in line for line in sink.verbs)
    assert f"SIZE={len(burst[0].as_bytes())}" in sink.verbs[1]


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a b@example.com", "a@example.com>\r\nDATA", "<a@example.com>", "ä@example.com"],
)
def test_an_address_that_cannot_be_is_refused_unsaid(connect: Connect, address: str) -> None:
    burst = [make_digest(1, to=address or " "), make_digest(2)]
    with told() as sink, connect(sink) as transport:
        assert states(transport.send(burst)) == ["refused", "accepted"]
    assert sum(line.startswith("RCPT") for line in sink.verbs) == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_were(
    connect: Connect, pipelining: bool
) -> None:
    text = b".\r\nRSET\r\n..two\r\n.three\r\n\r\n.\r\n"
    with told(pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send([make_digest(1, text=text), make_digest(2)])
    assert states(outcomes) == ["accepted"] * 2
    assert text in sink.mails[0].content
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\r\n", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b".a\r\n.\r\n", b"..a\r\n..\r\n"),
        (b"a.b\r\n.", b"a.b\r\n..\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_dots_are_stuffed_and_the_end_is_a_line_end(content: bytes, wire: bytes) -> None:
    assert stuffed(content) == wire


# ── connections that break ───────────────────────────────────────────────────


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("failure", [HANG_UP, SILENCE, "hello?", "99 bottles", "421 4.3.2 bye"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_content_costs_nothing(
    connect: Connect, pipelining: bool, verb: str, failure: str
) -> None:
    rule = once(verb, failure, after=1)
    with told(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted"] * 4
    assert (len(sink.mails), sink.connections) == (4, 2)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("failure", [HANG_UP, SILENCE, "hello?", "354 what?", "1"])
def test_a_mail_whose_answer_is_lost_is_unknown_and_its_follower_is_sent(
    connect: Connect, pipelining: bool, failure: str
) -> None:
    rule = once("end", failure, after=1)
    with told(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "unknown", "accepted", "accepted"]
    assert (len(sink.mails), sink.connections) == (4, 2)


def test_a_mail_that_was_lost_after_its_dot_is_not_repeated(connect: Connect) -> None:
    with told(once("end", LOSE, after=1)) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(3))) == ["accepted", "unknown", "accepted"]
    assert readers(sink) == ["reader1@example.com", "reader3@example.com"]


def test_421_instead_of_an_acceptance_defers_the_mail_and_spares_the_next(
    connect: Connect, pipelining: bool
) -> None:
    rule = once("end", "421 4.3.2 going down", after=1)
    with told(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", "deferred", "accepted"]
    assert sink.connections == 2


def test_a_refusal_stands_when_the_server_hangs_up_over_it(
    connect: Connect, pipelining: bool
) -> None:
    rule = at("RCPT", ("550 5.1.1 no such user", HANG_UP), 2)
    with told(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert states(outcomes) == ["accepted", "refused", "accepted"]
    assert sink.connections == 2


def test_a_content_that_breaks_off_is_sent_again(connect: Connect) -> None:
    """More than the network holds: the dot cannot have been out when the server hung up."""
    big = make_digest(2, text=b"0123456789abcdef" * 4 + b"\r\n" * 8_000_000)
    with told(once("content", HANG_UP, after=1)) as sink, connect(sink) as transport:
        outcomes = transport.send([make_digest(1), big, make_digest(3)])
    assert states(outcomes) == ["accepted"] * 3
    assert len(sink.mails) == 3


def test_a_content_that_always_breaks_off_is_deferred_after_three_tries(connect: Connect) -> None:
    big = make_digest(2, text=b"\r\n" * 8_000_000)
    with told(at("content", HANG_UP, 2)) as sink, connect(sink) as transport:
        outcomes = transport.send([make_digest(1), big, make_digest(3)])
    assert states(outcomes) == ["accepted", "deferred", "accepted"]
    assert len(sink.mails) == 2


def test_the_last_words_about_a_content_are_its_answer(connect: Connect) -> None:
    big = make_digest(1, text=b"\r\n" * 8_000_000)
    with told(at("content", "552 5.3.4 too big", 1)) as sink, connect(sink) as transport:
        sink.rule = at("content", ("552 5.3.4 too big", SILENCE), 1)
        [outcome] = transport.send([big])
    assert (outcome.state, outcome.error) == ("refused", "552 5.3.4 too big")


@pytest.mark.parametrize("goodbye", [HANG_UP, "421 4.4.2 idle too long"])
def test_a_server_that_left_between_bursts_is_called_again_in_silence(
    connect: Connect, pipelining: bool, goodbye: str
) -> None:
    with told(pipelining=pipelining) as sink, connect(sink) as transport:
        transport.send(make_burst(2))
        [session] = sink.open
        session.loop.call_soon_threadsafe(session.write, goodbye)
        while sink.open:
            pass
        outcomes = transport.send([make_digest(number) for number in (3, 4)])
    assert states(outcomes) == ["accepted"] * 2
    assert sink.connections == 2


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_vanished_without_a_word_is_called_again(connect: Connect) -> None:
    with told() as sink, connect(sink) as transport:
        transport.send(make_burst(1))
        [session] = sink.open
        session.loop.call_soon_threadsafe(session.write, SILENCE)
        outcomes = transport.send([make_digest(number) for number in (2, 3)])
    assert (states(outcomes), sink.connections) == (["accepted"] * 2, 2)


# ── limits of a server ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "goodbye",
    [HANG_UP, "421 4.7.0 too many", "452 4.5.3 too many messages", "451 4.7.0 enough for now"],
)
def test_a_server_that_takes_few_mails_per_connection_gets_more_connections(
    connect: Connect, pipelining: bool, goodbye: str
) -> None:
    def rule(moment: Moment) -> Answer:
        return goodbye if moment.verb == "MAIL" and moment.mails >= 3 else None

    with told(rule, pipelining=pipelining) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(10))
    assert states(outcomes) == ["accepted"] * 10
    assert [mail.connection for mail in sink.mails] == [1] * 3 + [2] * 3 + [3] * 3 + [4]


def test_a_server_that_takes_one_mail_per_connection_still_gets_them_all(connect: Connect) -> None:
    def rule(moment: Moment) -> Answer:
        return HANG_UP if moment.verb == "MAIL" and moment.mails else None

    with told(rule) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(12))) == ["accepted"] * 12
    assert sink.connections == 12


def test_too_many_recipients_of_a_session_means_another_session(connect: Connect) -> None:
    def rule(moment: Moment) -> Answer:
        full = moment.verb == "RCPT" and moment.mails >= 2
        return "452 4.5.3 too many recipients" if full else None

    with told(rule) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(5))) == ["accepted"] * 5
    assert sink.connections == 3


def test_a_connection_is_replaced_after_its_fill(
    connect: Connect, settings: Settings, pipelining: bool
) -> None:
    settings.SMTP_MAILS_PER_CONNECTION = 4
    with told(pipelining=pipelining) as sink, connect(sink) as transport:
        for first in (0, 5):
            outcomes = transport.send([make_digest(first + number) for number in range(5)])
            assert states(outcomes) == ["accepted"] * 5
    assert [mail.connection for mail in sink.mails] == [1] * 4 + [2] * 4 + [3] * 2
    assert sink.verbs.count("QUIT") >= 2  # the last may still be on its way


def test_a_server_that_always_says_421_is_left_alone_soon(connect: Connect) -> None:
    with told(at("end", "421 4.3.2 overloaded")) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(20))
    assert states(outcomes) == ["deferred"] * 20
    assert sink.connections == 2


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "end"])
def test_a_server_that_stalls_ends(connect: Connect, pipelining: bool, verb: str) -> None:
    with told(at(verb, SILENCE), pipelining=pipelining) as sink, connect(sink) as transport:
        before = monotonic()
        outcomes = transport.send(make_burst(20))
    assert monotonic() - before < 6
    assert sink.connections == 2
    unknown = 2 if verb == "end" else 0
    assert Counter(states(outcomes))["unknown"] == unknown
    assert set(states(outcomes)) - {"unknown"} == {"deferred"}


def test_one_poisonous_reader_does_not_keep_the_others_from_their_mail(connect: Connect) -> None:
    with told(at("RCPT", "421 4.7.0 rate limited", 1, 5)) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(8))
    assert {p + 1 for p, o in enumerate(outcomes) if o.state == "deferred"} == {1, 5}
    assert len(sink.mails) == 6


def test_no_mail_is_begun_in_the_second_half_of_the_lease(
    connect: Connect, settings: Settings
) -> None:
    settings.LEASE_SECONDS = 0
    with told() as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(3))
    assert (states(outcomes), sink.mails) == (["deferred"] * 3, [])


# ── doors that do not open ───────────────────────────────────────────────────


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("greeting", "421 4.7.0 too many connections"),
        ("greeting", "554 5.7.1 go away"),
        ("greeting", HANG_UP),
        ("greeting", SILENCE),
        ("greeting", "hello?"),
        ("EHLO", "421 4.3.2 going down"),
        ("EHLO", HANG_UP),
    ],
)
def test_a_server_that_lets_nobody_in_defers_all(
    connect: Connect, settings: Settings, verb: str, answer: str
) -> None:
    settings.SMTP_CONNECTIONS = 4
    with told(at(verb, answer)) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(20))
    assert states(outcomes) == ["deferred"] * 20
    assert (sink.mails, sink.connections) == ([], 1)


def test_a_server_that_is_not_there_defers_all(settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
        with SmtpTransport() as transport:
            outcomes = transport.send(make_burst(2))
    assert [(o.state, o.error[:22]) for o in outcomes] == [
        ("deferred", "ConnectionRefusedError")
    ] * 2


def test_the_next_burst_knocks_again(connect: Connect) -> None:
    with told(once("greeting", "421 4.3.2 restarting")) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(1))) == ["deferred"]
        assert states(transport.send(make_burst(1))) == ["accepted"]


def test_fewer_connections_than_wanted_carry_it_all(connect: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 4

    def rule(moment: Moment) -> Answer:
        crowded = moment.verb == "greeting" and moment.connection > 2
        return "421 4.7.0 too many connections" if crowded else None

    with told(rule) as sink, connect(sink) as transport:
        for first in (0, 100):
            outcomes = transport.send([make_digest(first + number) for number in range(40)])
            assert states(outcomes) == ["accepted"] * 40
    assert sink.connections <= 4  # those that were turned away did not knock again


# ── servers that promise too much ────────────────────────────────────────────


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_loses_what_was_pipelined_is_spoken_to_step_by_step(
    connect: Connect,
) -> None:
    with told(loses_behind=True) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(6))) == ["accepted"] * 6
    assert [mail.connection for mail in sink.mails] == [1] + [2] * 5


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("answer", [("250 one", "250 two"), ("550 5.1.1 one", "550 5.1.1 two")])
def test_one_answer_too_many_never_moves_an_outcome_to_another_mail(
    connect: Connect, verb: str, answer: tuple[str, str]
) -> None:
    rule = once(verb, answer, after=1)
    with sinking(rule) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(5))
    arrived = Counter(readers(sink))
    assert set(arrived.values()) == {1}
    for number, outcome in enumerate(outcomes, 1):
        came = arrived[f"reader{number}@example.com"]
        assert (outcome.state in ("accepted", "unknown")) == bool(came)


def test_an_answer_given_before_the_content_is_none_of_it(connect: Connect) -> None:
    """It says "taken" in advance, and would then say no."""
    early = once("DATA", "354 go on\r\n250 2.0.0 taken", after=1)

    def rule(moment: Moment) -> Answer:
        spam = moment.verb == "end" and moment.to == "reader2@example.com"
        return "550 5.7.1 spam" if spam else early(moment)

    with told(rule) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "refused", "accepted", "accepted"]
    assert sink.connections == 2


@pytest.mark.parametrize("packets", [1, 3, 7])
def test_replies_in_small_pieces_are_put_together(
    connect: Connect, pipelining: bool, packets: int
) -> None:
    rule = at("RCPT", "550-5.1.1 this one\r\n550-5.1.1 is\r\n550 5.1.1 unknown here", 2)
    options = {"packets": packets, "pipelining": pipelining}
    with told(rule, **options) as sink, connect(sink) as transport:
        outcomes = transport.send(make_burst(4))
    assert states(outcomes) == ["accepted", "refused", "accepted", "accepted"]
    assert outcomes[1].error == "550 5.1.1 this one 5.1.1 is 5.1.1 unknown here"


def test_a_reply_without_end_ends(connect: Connect) -> None:
    endless = "250-more\r\n" * 9000 + "250-more"
    with told(once("MAIL", endless)) as sink, connect(sink) as transport:
        assert states(transport.send(make_burst(2))) == ["accepted"] * 2
    assert sink.connections == 2


# ── mails that flow ──────────────────────────────────────────────────────────


@pytest.fixture
def flowing(_connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Connect:
    monkeypatch.setattr(pool, "_NEAR", inf)
    return _connect


class Told:
    """An answer that comes when it is told to."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)

    def come(self) -> None:
        self._theirs.send(b"!")

    def fileno(self) -> int:
        return self._ours.fileno()

    def is_ready(self) -> bool:
        try:
            return bool(self._ours.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()


def test_mails_are_added_while_others_are_on_their_way(flowing: Connect) -> None:
    found: list[tuple[Message, Outcome]] = []
    burst = make_burst(60)
    with told() as sink, flowing(sink) as transport:
        for first in range(0, 60, 10):
            transport.submit(burst[first : first + 10], 60)
            transport.run_until(left=10)
            found += transport.drain()
            assert first <= len(found) <= first + 10
        transport.run_until()
        found += transport.drain()
    assert {mail.to for mail, _ in found} == {mail.to for mail in burst}
    assert states([outcome for _, outcome in found]) == ["accepted"] * 60
    assert len(sink.mails) == 60


def test_an_answer_from_elsewhere_lets_the_rest_wait(flowing: Connect) -> None:
    answer = Told()

    def rule(moment: Moment) -> None:
        if moment.total == 20:
            answer.come()

    with closing(answer), told(rule) as sink, flowing(sink) as transport:
        transport.submit(make_burst(400), 60)
        transport.run_until(answer=answer)
        assert 10 < len(transport.drain()) < 400
        transport.run_until()
    assert len(sink.mails) == 400


def test_no_answer_from_elsewhere_holds_mails_up(flowing: Connect) -> None:
    with closing(Told()) as answer, told() as sink, flowing(sink) as transport:
        transport.submit(make_burst(40), 60)
        transport.run_until(answer=answer)
        assert len(transport.drain()) == 40
    assert len(sink.mails) == 40


def test_what_is_abandoned_is_never_heard_of_again(flowing: Connect) -> None:
    with told() as sink, flowing(sink) as transport:
        transport.submit(make_burst(10), 60)
        transport.run_until(left=8)
        transport.reset()
        assert transport.drain() == []
        later = [make_digest(number) for number in range(11, 16)]
        assert states(transport.send(later)) == ["accepted"] * 5
    assert 7 <= len(sink.mails) <= 15


def test_mails_whose_time_is_over_are_not_begun(flowing: Connect) -> None:
    with told() as sink, flowing(sink) as transport:
        transport.submit(make_burst(3), -1)
        transport.run_until()
        assert states([outcome for _, outcome in transport.drain()]) == ["deferred"] * 3
    assert sink.mails == []


def test_yesterdays_trouble_is_no_reason_for_todays_mails() -> None:
    bag, wrong = Mailbag(), Outcome("misconfigured", error="535 wrong password")
    bag.add(make_burst(1), until=0)
    bag.trouble(wrong)
    bag.give_up()
    bag.add(make_burst(1), until=0)
    bag.give_up()
    [(_, first), (_, second)] = bag.settled()
    assert first == wrong
    assert (second.state, "too slow" in second.error) == ("deferred", True)


def test_a_mailbag_that_is_stopped_gives_out_nothing_that_comes_back() -> None:
    bag = Mailbag()
    bag.add(make_burst(2), until=inf)
    letter = bag.take()
    assert letter
    bag.stop()
    bag.give_back(letter, "the connection broke", blamed=False)
    assert bag.take() is None


@pytest.mark.usefixtures("_impatient")
def test_an_answer_that_we_come_late_to_read_is_an_answer(
    flowing: Connect, settings: Settings
) -> None:
    """The database may keep us for longer than the mail server may take."""
    settings.SMTP_CONNECTIONS = 3
    with told() as sink, flowing(sink) as transport:
        transport.submit(make_burst(20), 60)
        transport.run_until(left=15)
        found = transport.drain()
        time.sleep(1.2)
        transport.run_until()
        found += transport.drain()
    assert states([outcome for _, outcome in found]) == ["accepted"] * 20
    assert len(sink.mails) == 20


@pytest.mark.usefixtures("_impatient")
def test_a_silent_connection_holds_up_nobody_else(flowing: Connect, settings: Settings) -> None:
    settings.SMTP_CONNECTIONS = 2
    silent = once("end", SILENCE, after=4)
    with told(silent) as sink, flowing(sink) as transport:
        outcomes = transport.send(make_burst(40))
    assert Counter(states(outcomes)) == {"accepted": 39, "unknown": 1}


# ── the rest of the promise ──────────────────────────────────────────────────


def test_the_settings_choose_the_transport(settings: Settings) -> None:
    assert isinstance(open_transport(), SmtpTransport)
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    assert isinstance(open_transport(), DjangoTransport)


def test_a_fault_of_ours_leaves_mails_in_doubt_and_raises_nothing(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a bug")

    with sinking() as sink, connect(sink) as transport:
        monkeypatch.setattr(Mailbag, "settle", fail)
        outcomes = transport.send(make_burst(3))
    assert states(outcomes)[0] == "unknown"
    assert readers(sink) == ["reader1@example.com"]


def test_a_worker_that_is_stopped_begins_no_other_mail(
    connect: Connect, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it was doing does not reach into the next burst, should there be one."""
    settings.SMTP_CONNECTIONS = 3
    settle, stops = Mailbag.settle, [KeyboardInterrupt]

    def stop(self: Mailbag, letter: Letter, outcome: Outcome) -> None:
        if stops and current_thread() is main_thread():
            raise stops.pop()
        settle(self, letter, outcome)

    monkeypatch.setattr(Mailbag, "settle", stop)
    with told() as sink, connect(sink) as transport:
        with pytest.raises(KeyboardInterrupt):
            transport.send(make_burst(200))
        assert 1 <= len(sink.mails) < 200
        outcomes = transport.send([make_digest(300 + number) for number in range(30)])
    assert states(outcomes) == ["accepted"] * 30
