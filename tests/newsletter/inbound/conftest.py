"""A service that receives mail, and a delivery that it sent to Bob."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from newsletter.models import Delivery, StoredPick
from subscribers.models import Subscriber
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.mail.inbound.corpus.mails import READER
from tests.newsletter.inbound.mails import ADDRESS


@pytest.fixture(autouse=True)
def _inbound(settings: Settings) -> None:
    settings.INBOUND_ADDRESS = ADDRESS
    settings.MAIL_FROM = "Trending Papers <digest@papers.example.org>"
    settings.MAIL_DOMAIN = "papers.example.org"
    settings.CONTACT_EMAIL = "editors@example.org"
    settings.MAIL_REPLY_TO = ""


@pytest.fixture
def bob() -> Subscriber:
    return make_subscriber(READER)


@pytest.fixture
def delivery(bob: Subscriber) -> Delivery:
    return make_delivery(make_edition(), bob, [StoredPick(1, 1, "")], state="sent", attempts=1)
