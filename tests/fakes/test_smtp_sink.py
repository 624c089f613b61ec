"""The fake SMTP server: its counts, its rules, its command line."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, rule_of

MAIL = "Message-ID: <a@example.org>\r\n\r\nHello\r\n.dotted\r\n"


def moment(verb: str, to: str = "", mails: int = 0) -> Moment:
    return Moment(verb, to, connection=1, mails=mails, total=mails)


def test_a_mail_of_another_client_is_kept_unchanged() -> None:
    with sinking() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.sendmail("a@example.org", ["b@example.org"], MAIL)
    [mail] = sink.mails
    assert (mail.message_id, mail.sender, mail.to) == (
        "<a@example.org>",
        "a@example.org",
        "b@example.org",
    )
    assert mail.content.decode() == MAIL
    assert sink.faults == []


def send(client: smtplib.SMTP, data: bytes) -> None:
    assert client.sock is not None
    client.sock.sendall(data)


def test_a_command_out_of_turn_is_a_fault() -> None:
    with sinking(pipelining=False) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        send(client, b"NOOP\r\nMAIL FROM:<a@example.org>\r\n")
        assert [client.getreply()[0], client.getreply()[0]] == [500, 250]
    assert sink.faults == ["did not wait for the reply to b'NOOP'", "unknown command 'NOOP'"]


def test_content_before_its_354_is_a_fault() -> None:
    with sinking() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        envelope = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
        send(client, envelope + b"Hello\r\n.\r\n")
        assert [client.getreply()[0] for _ in range(3)] == [250, 250, 354]
        client.close()
    assert "content before its 354" in sink.faults


def test_the_command_line_becomes_a_rule() -> None:
    rule = rule_of(["end=451 later@1"], ["a@b=552 5.2.2 full", "c@d"], 3, seed=1)
    assert rule(moment("RCPT", "a@b")) == "552 5.2.2 full"
    assert rule(moment("RCPT", "c@d")) == "550 5.1.1 no such user"
    assert rule(moment("RCPT", "e@f")) is None
    assert rule(moment("end", "e@f")) == "451 later"
    assert rule(moment("MAIL", mails=2)) is None
    assert str(rule(moment("MAIL", mails=3))).startswith("421")


def test_chances_are_the_same_for_the_same_seed() -> None:
    one, other = (rule_of(["RCPT=450 busy@0.5"], [], 0, seed=7) for _ in range(2))
    answers = [one(moment("RCPT")) for _ in range(40)]
    assert answers == [other(moment("RCPT")) for _ in range(40)]
    assert set(answers) == {"450 busy", None}


@pytest.mark.parametrize("fault", ["end", "end=451", "nothing=451@1", "end=451 later"])
def test_an_incomplete_fault_is_refused(fault: str) -> None:
    with pytest.raises(ValueError, match=r"VERB=REPLY@CHANCE|could not convert"):
        rule_of([fault], [], 0, seed=0)


def test_as_a_program_it_counts_into_a_file(tmp_path: Path) -> None:
    count = tmp_path / "received.txt"
    command = [sys.executable, "-m", "fakes.smtp_sink", "--count", str(count), "--refuse", "c@d"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            port = int(program.stdout.readline().rpartition(":")[2])
            with smtplib.SMTP("127.0.0.1", port) as client:
                refused = client.sendmail("a@b", ["c@d", "e@f"], MAIL)
        finally:
            program.terminate()
    assert set(refused) == {"c@d"}
    assert count.read_text() == "<a@example.org>\te@f\n"
