"""`manage.py preview`: a digest on the terminal or in a file, for anyone's interests."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from newsletter.editions.compose import compose
from newsletter.models import Delivery
from papers.models import Paper, Topic
from subscribers.models import Interest, TransactionalMail
from tests.factories import (
    DAY,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic() -> Topic:
    """The topic of the second of two papers in a weekly edition."""
    second, topic = make_paper("Talking robots"), make_topic("Conversation")
    make_paper_topic(second, topic)
    make_signal(make_paper("Walking robots"), 90)
    compose("weekly", DAY, datetime(2025, 3, 20, tzinfo=UTC))
    return topic


def output(*arguments: str) -> str:
    out = StringIO()
    call_command("preview", *arguments, "--day", "2025-03-14", stdout=out)
    return out.getvalue()


def subject(*arguments: str) -> str:
    return output(*arguments).splitlines()[0]


def test_it_prints_a_digest_and_stores_nothing(topic: Topic) -> None:
    text = output()
    assert text.startswith("Subject: Walking robots, and 1 more paper\n\nTRENDING PAPERS\n")
    assert "2.  Talking robots" in text
    assert not Delivery.objects.exists()


def test_it_takes_topics_instead_of_an_address(topic: Topic) -> None:
    assert subject("--topic", topic.slug) == "Subject: Talking robots"


def test_it_takes_the_interests_of_a_subscriber(topic: Topic) -> None:
    reader = make_subscriber("ada@example.com")
    Interest.objects.create(subscriber=reader, topic=topic)
    assert subject("Ada@example.com") == "Subject: Talking robots"


def test_it_writes_the_html_part_into_a_file(topic: Topic, tmp_path: Path) -> None:
    file = tmp_path / "digest.html"
    output("--html", str(file))
    assert "Walking robots" in file.read_text()


def test_a_missing_edition_is_an_error_that_says_how_to_compose_it() -> None:
    with pytest.raises(CommandError, match=r"manage\.py compose --cadence weekly --day 2025-03-14"):
        output()


def test_an_unknown_address_is_an_error(topic: Topic) -> None:
    with pytest.raises(CommandError, match=r"No subscriber has the address eve@example\.com"):
        output("eve@example.com")


def test_interests_without_any_paper_are_an_error(topic: Topic) -> None:
    with pytest.raises(CommandError, match="holds no paper for these interests"):
        output("--topic", "no-such-topic")


def test_a_paper_that_was_withdrawn_since_is_left_out(topic: Topic) -> None:
    assert "Walking robots" in output()
    Paper.objects.filter(title="Walking robots").update(is_withdrawn=True)
    assert "Walking robots" not in output()
    assert "Talking robots" in output()


def test_a_subscriber_s_digest_is_in_their_language(topic: Topic) -> None:
    make_subscriber("ada@example.com", language="de")
    assert "Abbestellen:" in output("ada@example.com")
    assert "Unsubscribe:" in output("ada@example.com", "--language", "en")
    assert "Abbestellen:" in output("--language", "de")


def test_it_prints_any_mail_as_its_bytes(topic: Topic) -> None:
    make_subscriber("ada@example.com")
    for kind in TransactionalMail.Kind.values:
        raw = output("--reader", "ada@example.com", "--mail", kind, "--format", "eml")
        assert "To: ada@example.com" in raw
    assert not TransactionalMail.objects.exists()


def test_headers_and_text_alone(topic: Topic) -> None:
    headers = output("--invented", "--format", "headers")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in headers
    assert "Walking robots, and 1 more paper" not in output("--format", "text").splitlines()[0]


def test_the_report_names_each_check_and_the_spam_score(topic: Topic) -> None:
    report = output("--format", "report")
    assert "ok   headers of a list: missing: none" in report
    assert "spam score: " in report
