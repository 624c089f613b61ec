"""Plain Django as a rival sends its content over one connection; an error names its cause."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from bench.rivals import environment
from bench.rivals.content import worded
from bench.rivals.process import RivalError, rival
from bench.tests.test_edition import FACTS
from fakes.smtp_sink import sinking


def test_plain_django_sends_whole_personal_digests() -> None:
    recipients = [
        {"to": f"reader{n}@bench.test", "token": f"token-{n}", "picks": [["3", "Robotics"]]}
        for n in (1, 2, 3)
    ]
    common = {"site": "https://papers.test", "cadence": "weekly", "span": "", "byline": ""}
    content = {"mail_from": "Papers <digest@bench.test>", "common": common, "readers": recipients}
    content |= {"papers": {"3": worded(3, FACTS)}}
    with sinking() as sink, rival("plain_django", {**content, "port": sink.port}) as django:
        sending = django.send(2)
        django.send(2)
        mail = email.message_from_bytes(sink.mails[0].content, policy=email.policy.default)

    assert sending.mails == 2
    assert min(sending.cpu_seconds, sending.seconds) > 0
    assert [one.to for one in sink.mails] == [f"reader{n}@bench.test" for n in (1, 2, 3, 1)]
    html, text = (mail.get_body([kind]) for kind in ("html", "plain"))
    assert html
    assert text
    assert "Robots &amp; rain" in html.get_content()
    assert "https://papers.test/r/token-1/9" in html.get_content()
    assert "Robots & rain" in text.get_content()
    assert "https://papers.test/w/token-1/11" in html.get_content()
    assert "https://papers.test/u/token-1" in text.get_content()
    assert "code" not in text.get_content()
    assert abs(len(mail.as_bytes()) - django.mail_bytes) < 200


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
    monkeypatch.setattr(environment, "_REQUIREMENTS", wanted)
    with pytest.raises(RivalError, match="django-newsletter could not be installed: "):
        environment.python_of_rival(tmp_path)
