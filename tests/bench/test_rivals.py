"""Plain Django as a rival: it sends what it was told to, over one connection."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.rivals import installed
from bench.rivals.orders import worded
from bench.rivals.program import Rival, RivalError, rival
from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Sink

FACTS = {
    "title": "Robots & rain",
    "authors": ["Ada Lovelace", "Emmy Noether"],
    "summary": "What robots do when it rains. " * 5,
    "topics": ["Robotics"],
    "upvotes": 1_234,
    "page_url": "/papers/1/",
    "arxiv_url": "https://arxiv.org/abs/2503.00001",
    "code_url": "",
}


def order(port: int) -> dict[str, Any]:
    readers = [
        {
            "to": f"reader{number}@bench.test",
            "token": f"token-{number}",
            "picks": [["3", "Robotics"]],
        }
        for number in (1, 2, 3)
    ]
    return {
        "port": port,
        "mail_from": "Papers <digest@bench.test>",
        "common": {"site": "https://papers.test", "cadence": "weekly", "span": "", "byline": ""},
        "papers": {"3": worded(3, FACTS)},
        "readers": readers,
    }


@contextmanager
def plain_django() -> Iterator[tuple[Rival, Sink]]:
    with sinking() as sink, rival("plain_django", order(sink.port)) as django:
        yield django, sink


def test_a_paper_is_worded_as_in_our_own_mails() -> None:
    told = worded(3, FACTS)

    assert told["byline"] == "A. Lovelace and E. Noether"
    assert told["figures"] == ["Robotics", "▲ 1.2k"]
    assert (told["page"], told["arxiv"]) == (9, 10)
    assert "code" not in told
    assert all(line.startswith("    ") for line in told["summary_lines"].splitlines())


def test_plain_django_sends_personal_mails_and_says_what_they_cost() -> None:
    with plain_django() as (django, sink):
        sending = django.send(2)

    assert (sending.mails, sink.received) == (2, 2)
    assert sending.cpu_seconds > 0
    assert sending.seconds > 0
    assert {mail.to for mail in sink.mails} == {"reader1@bench.test", "reader2@bench.test"}


def test_its_mail_is_a_whole_digest() -> None:
    with plain_django() as (django, sink):
        django.send(1)
        mail = email.message_from_bytes(sink.mails[0].content, policy=email.policy.default)

    html, text = (mail.get_body([kind]) for kind in ("html", "plain"))
    assert html
    assert text
    assert "Robots &amp; rain" in html.get_content()
    assert "https://papers.test/r/token-1/9" in html.get_content()
    assert "Robots & rain" in text.get_content()
    assert "https://papers.test/u/token-1" in text.get_content()
    assert "code" not in text.get_content()
    assert abs(len(mail.as_bytes()) - django.mail_bytes) < 200


def test_readers_come_round_again() -> None:
    with plain_django() as (django, sink):
        django.send(2)
        django.send(2)
        found = [mail.to for mail in sink.mails]
    assert found == [f"reader{number}@bench.test" for number in (1, 2, 3, 1)]


def test_a_rival_that_does_not_start_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        pytest.raises(RivalError, match="no_such_rival ended with status 1"),
        rival("no_such_rival", {}),
    ):
        pass
    assert "No module named 'no_such_rival'" in capfd.readouterr().err


def test_an_environment_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("no-such-package==1.0 --hash=sha256:00\n")
    monkeypatch.setattr(installed, "_REQUIREMENTS", wanted)
    with pytest.raises(RivalError, match="django-newsletter could not be installed: "):
        installed.python_of_rival(tmp_path)
