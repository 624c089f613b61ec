"""The SMTP catcher as a process of its own, with a real SMTP client."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SENDER, READER = "digest@localhost", "ada@example.com"


class Catcher:
    """A running catcher and its Maildir."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.maildir, self.announce = folder / "mail", folder / "catcher.port"
        command = [sys.executable, "-m", "local.smtp_catcher"]
        places = ["--maildir", str(self.maildir), "--announce", str(self.announce)]
        self.process = subprocess.Popen(
            [*command, *places, *options], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        wait_for(self.announce.exists)
        self.port = int(self.announce.read_text())

    def smtp(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=10)

    def mails(self) -> list[bytes]:
        """The mails in new/, in the order in which they arrived."""
        return [path.read_bytes() for path in sorted((self.maildir / "new").iterdir())]


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "took too long"
        time.sleep(0.01)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Catcher]:
    catcher = Catcher(folder, *options)
    try:
        yield catcher
    finally:
        catcher.process.kill()
        catcher.process.wait()


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with running(tmp_path) as started:
        yield started


def send(catcher: Catcher, content: bytes, options: tuple[str, ...] = ("BODY=8BITMIME",)) -> None:
    with catcher.smtp() as smtp:
        smtp.sendmail(SENDER, [READER], content, mail_options=options)


def permissions(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder.parent)): f"{path.stat().st_mode & 0o777:o}"
        for path in [folder, *folder.rglob("*")]
    }


def test_only_the_owner_can_read_a_mail_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for part in ("tmp", "new", "cur"):
            (tmp_path / "mail" / part).mkdir(parents=True)
        (tmp_path / "mail" / "cur" / "1.old:2,S").write_bytes(b"Subject: of an earlier version")
        with running(tmp_path) as catcher:
            send(catcher, b"Subject: new\r\n\r\ntext\r\n")
            [new] = (tmp_path / "mail" / "new").iterdir()
            assert permissions(tmp_path / "mail") == {
                **dict.fromkeys(["mail", "mail/tmp", "mail/new", "mail/cur"], "700"),
                "mail/cur/1.old:2,S": "600",
                f"mail/new/{new.name}": "600",
            }
    finally:
        os.umask(before)


def test_it_stores_a_mail_byte_for_byte(catcher: Catcher) -> None:
    content = b"Subject: Hello\r\nX-Odd:   two  spaces \r\n\tfolded\r\n\r\nBody\r\n\r\n"
    send(catcher, content)
    assert catcher.mails() == [content]


def test_it_keeps_eight_bit_bytes_of_any_charset(catcher: Catcher) -> None:
    content = b"Subject: caf\xc3\xa9\r\n\r\n" + bytes(range(128, 256)) + b"\x00\x01\r\n"
    send(catcher, content)
    assert catcher.mails() == [content]


def test_it_keeps_lines_longer_than_smtp_allows(catcher: Catcher) -> None:
    content = b"Subject: long\r\n\r\n" + b"x" * 200_000 + b"\r\nend\r\n"
    send(catcher, content)
    assert catcher.mails() == [content]


def test_it_removes_dot_stuffing_and_nothing_else(catcher: Catcher) -> None:
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\na.b\r\n. \r\n"
    send(catcher, content)
    assert catcher.mails() == [content]


def test_it_accepts_a_mail_larger_than_thirty_two_megabytes(catcher: Catcher) -> None:
    content = b"Subject: large\r\n\r\n" + (b"y" * 76 + b"\r\n") * 450_000
    send(catcher, content)
    assert catcher.mails() == [content]


def test_it_accepts_addresses_that_are_not_ascii(catcher: Catcher) -> None:
    with catcher.smtp() as smtp:
        smtp.ehlo()
        smtp.sendmail(SENDER, ["zoë@exämple.com"], b"Subject: a\r\n\r\n", ["SMTPUTF8"])
    assert catcher.mails() == [b"Subject: a\r\n\r\n"]


def test_it_stores_one_file_for_each_mail_in_order(catcher: Catcher) -> None:
    contents = [f"Subject: {number}\r\n\r\n".encode() for number in range(25)]
    with catcher.smtp() as smtp:
        for content in contents:
            smtp.sendmail(SENDER, [READER], content)
    assert catcher.mails() == contents
    assert not list((catcher.maildir / "tmp").iterdir())


def test_it_accepts_pipelined_commands(catcher: Catcher) -> None:
    """Two mails, each with all its commands in one segment, as a fast sender writes them."""
    with socket.create_connection(("127.0.0.1", catcher.port), timeout=10) as client:
        answers = client.makefile("rb")
        client.sendall(b"EHLO localhost\r\n")
        offered = [answers.readline()]  # the greeting
        while not offered[-1].startswith(b"250 "):
            offered.append(answers.readline())
        assert b"250-PIPELINING\r\n" in offered
        for number in (b"1", b"2"):
            client.sendall(b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n")
            assert [answers.readline()[:3] for _ in range(3)] == [b"250", b"250", b"354"]
            client.sendall(b"Subject: " + number + b"\r\n\r\n.\r\n")
            assert answers.readline()[:3] == b"250"
    assert catcher.mails() == [b"Subject: 1\r\n\r\n", b"Subject: 2\r\n\r\n"]


def test_it_listens_on_this_machine_only_and_two_run_side_by_side(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with running(tmp_path / "one") as one, running(tmp_path / "two") as two:
        assert one.port != two.port
        send(two, b"Subject: second\r\n\r\n")
        assert (len(one.mails()), len(two.mails())) == (0, 1)


def test_it_listens_again_on_a_port_that_it_is_given(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        port = first.port
    (tmp_path / "catcher.port").unlink()
    with running(tmp_path, f"--port={port}") as second:
        assert second.port == port
        send(second, b"Subject: again\r\n\r\n")
        assert second.mails() == [b"Subject: again\r\n\r\n"]


def test_a_stop_waits_for_the_mail_being_received(catcher: Catcher) -> None:
    with catcher.smtp() as smtp, catcher.smtp() as idle:
        smtp.ehlo()
        idle.ehlo()
        smtp.mail(SENDER)
        smtp.rcpt(READER)
        assert smtp.docmd("DATA")[0] == 354
        smtp.send(b"Subject: last\r\n")
        catcher.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not catcher.announce.exists())
        smtp.send(b"\r\nkept\r\n.\r\n")
        assert smtp.getreply()[0] == 250
        assert catcher.process.wait(timeout=5) == 0
        smtp.close()
        idle.close()
    assert catcher.mails() == [b"Subject: last\r\n\r\nkept\r\n"]


def test_it_stops_at_once_when_no_mail_is_being_received(catcher: Catcher) -> None:
    with catcher.smtp() as idle:
        idle.ehlo()
        began = time.monotonic()
        catcher.process.terminate()
        assert catcher.process.wait(timeout=5) == 0
        assert time.monotonic() - began < 2
        idle.close()


@pytest.mark.parametrize("port", ["taken", "70000"])
def test_a_port_that_cannot_be_used_is_named_in_one_line(catcher: Catcher, port: str) -> None:
    number = str(catcher.port) if port == "taken" else port
    refused(catcher.maildir, f"--port={number}")


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    refused(tmp_path / "mail")


def refused(maildir: Path, *more: str) -> None:
    options = [f"--maildir={maildir}", f"--announce={maildir.with_name('port')}", *more]
    ended = subprocess.run(
        [sys.executable, "-m", "local.smtp_catcher", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("The mail catcher cannot run: ")
    assert ended.stderr.count("\n") == 1


def test_it_imports_no_django() -> None:
    probe = "import sys, local.smtp_catcher; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=False).returncode == 0
