"""`manage.py inbound`: one mail on standard input, and an exit status that a mail server knows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from argparse import ArgumentTypeError
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from newsletter.inbound.hand_over import hand_over
from newsletter.management.commands import inbound
from newsletter.management.commands.inbound import host_and_port, read_mail
from tests.mail_servers import HELLO
from tests.service import ROOT, SLOW

AWAY = "postgres://nobody:none@127.0.0.1:9/none"


def give(monkeypatch: pytest.MonkeyPatch, mail: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(mail)))


@pytest.mark.django_db
def test_a_mail_is_taken_in_for_its_recipient(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[bytes, str]] = []

    def noted(raw: bytes, recipient: str, **values: Any) -> bool:
        given.append((raw, recipient))
        return hand_over(raw, recipient, **values)

    monkeypatch.setattr(inbound, "hand_over", noted)
    give(monkeypatch, HELLO)
    call_command("inbound", "reply+b-1-0f@in.papers.test")
    assert given == [(HELLO, "reply+b-1-0f@in.papers.test")]


@pytest.mark.parametrize("mail", [b"", b" \r\n"])
def test_no_mail_is_a_data_error(monkeypatch: pytest.MonkeyPatch, mail: bytes) -> None:
    give(monkeypatch, mail)
    with pytest.raises(CommandError) as failed:
        call_command("inbound")
    assert failed.value.returncode == 65


def test_of_a_large_mail_the_beginning_is_kept_and_all_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbound, "LARGEST", 10)
    stream = io.BytesIO(HELLO)
    assert read_mail(stream) == HELLO[:10]
    assert stream.read() == b""


def test_while_the_database_is_away_the_mail_is_kept() -> None:
    done = run("reply@in.papers.test", mail=HELLO, DATABASE_URL=AWAY)
    assert done.returncode == 75
    assert "Traceback" not in done.stderr.decode()


def test_a_setting_that_is_wrong_elsewhere_keeps_no_mail_out() -> None:
    """`manage.py check` refuses it; a mail that comes in does not depend on it."""
    done = run("reply@in.papers.test", mail=b"", UNCERTAIN_POLICY="perhaps")
    assert done.returncode == 65


@pytest.mark.parametrize(("environ", "status"), [({}, 65), ({"LOG_LEVEL": "?"}, 75)])
def test_postfix_gets_a_status_that_it_knows(environ: dict[str, str], status: int) -> None:
    """The script of contrib/: a service that does not start is no reason to return a mail."""
    script = str(ROOT / "contrib" / "postfix" / "inbound")
    env = os.environ | {"TRENDING_PAPERS": str(ROOT)} | environ
    done = subprocess.run([script, ""], input=b"", env=env, timeout=SLOW, check=False, stderr=-1)
    assert done.returncode == status


def run(*words: str, mail: bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "inbound", *words]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environ,
        input=mail,
        capture_output=True,
        timeout=SLOW,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:2424", ("127.0.0.1", 2424)),
        ("[::1]:24", ("::1", 24)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_an_address_to_serve_on_is_read(text: str, expected: tuple[str, int]) -> None:
    assert host_and_port(text) == expected


@pytest.mark.parametrize("text", ["", "2424", ":2424", "127.0.0.1", "127.0.0.1:lmtp", "a:65536"])
def test_another_text_is_none(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        host_and_port(text)
