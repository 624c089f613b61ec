"""A mail that was not taken in stays with the mail server, whatever the reason."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from newsletter.inbound import hand_over as module
from newsletter.inbound.hand_over import hand_over
from tests.factories import NOON
from tests.mail_servers import HELLO

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)  # it closes connections, and with one its transaction
def test_a_mail_is_taken_in() -> None:
    assert hand_over(HELLO, "reply@in.papers.test", source="pipe", now=NOON) is True


@pytest.mark.parametrize("error", [OperationalError("away"), ValueError("a secret mail")])
def test_any_error_leaves_it_with_the_mail_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """The database and our own code are what fails here; neither fails on demand."""

    def fail(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(module, "receive", fail)
    assert hand_over(HELLO, "", source="lmtp", now=NOON) is False
    [line] = caplog.messages
    assert line.endswith(type(error).__name__)
    assert "secret" not in line
