"""`manage.py retry`: counts by default, and changes something with --yes only."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from newsletter import tasks
from newsletter.failures import Reason
from newsletter.models import Delivery, Edition
from papers.windows import last_closed_day
from tests.factories import make_delivery, make_edition, make_subscriber

pytestmark = pytest.mark.django_db
DAY = last_closed_day(timezone.now())


@pytest.fixture(autouse=True)
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(tasks, "send_queued_again", lambda: names.append("send_queued_again"))
    return names


@pytest.fixture
def edition() -> Edition:
    made = make_edition("daily", DAY)
    for reason in (Reason.GAVE_UP_ON_RELAY, Reason.GAVE_UP_ON_RELAY, Reason.NOT_RENDERED):
        make_delivery(made, make_subscriber(), state="failed", reason=reason)
    make_delivery(made, make_subscriber(), state="failed", reason=Reason.BOUNCED_NO_MAILBOX)
    gone = make_subscriber(state="unsubscribed")
    make_delivery(made, gone, state="failed", reason=Reason.NOT_RENDERED)
    return made


def output(*args: str) -> list[str]:
    out = StringIO()
    call_command("retry", *args, stdout=out)
    return out.getvalue().splitlines()


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_it_counts_by_reason_and_changes_nothing(edition: Edition, enqueued: list[str]) -> None:
    assert output() == [
        f"daily edition of {DAY}: 3 can be sent again",
        "  2 gave up: the mail server could not be reached, or did not send",
        "  1 could not be rendered: an error of ours",
        "  left: 1 of readers who get no mail any more",
        "  left: 1 bounced: there is no such mailbox",
        "Nothing was changed. With --yes they are queued again.",
    ]
    assert states() == ["failed"] * 5
    assert enqueued == []


def test_with_yes_it_queues_them(edition: Edition, enqueued: list[str]) -> None:
    assert output("--yes")[-1] == "  3 are queued again."
    assert states() == ["failed"] * 2 + ["queued"] * 3
    assert enqueued == ["send_queued_again"]


@pytest.mark.parametrize(
    ("reason", "count"), [("relay", 2), ("ours", 1), ("settings", 0), (Reason.NOT_RENDERED, 1)]
)
def test_a_reason_or_a_fault_is_chosen(edition: Edition, reason: str, count: int) -> None:
    assert output("--reason", reason, "--yes")[-1] == f"  {count} are queued again."


def test_an_unknown_reason_is_refused(edition: Edition) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        output("--reason", Reason.BOUNCED_NO_MAILBOX, "--yes")


def test_one_edition_is_chosen_by_its_name_or_number(edition: Edition) -> None:
    other = make_edition("weekly", DAY)
    make_delivery(other, make_subscriber(), state="failed", reason=Reason.NOT_RENDERED)
    assert output("--edition", f"weekly/{DAY}")[0].startswith("weekly edition")
    assert output("--edition", str(other.pk), "--yes")[-1] == "  1 are queued again."
    assert states() == ["failed"] * 5 + ["queued"]


@pytest.mark.parametrize("name", ["weekly/2001-01-01", "yearly", "weekly/nonsense", "99999"])
def test_an_edition_that_does_not_exist_is_named(name: str) -> None:
    with pytest.raises(CommandError, match=f"There is no edition {name}"):
        output("--edition", name)


def test_an_old_edition_is_refused_with_the_option_that_allows_it() -> None:
    old = make_edition("daily", DAY - timedelta(days=30))
    make_delivery(old, make_subscriber(), state="failed", reason=Reason.NOT_RENDERED)
    name = f"daily/{old.day}"
    with pytest.raises(CommandError, match=r"closed 30 days ago.*--days 30 sends it"):
        output("--edition", name, "--yes")
    assert output("--edition", name, "--days", "30", "--yes")[-1] == "  1 are queued again."


def test_a_cancelled_edition_is_refused(edition: Edition) -> None:
    Edition.objects.update(cancelled_at=timezone.now())
    with pytest.raises(CommandError, match="It is cancelled"):
        output("--edition", f"daily/{DAY}", "--yes")
    assert output("--yes") == ["Nothing has failed in editions of the last 7 days."]


def test_a_paused_edition_says_that_its_mails_wait(edition: Edition) -> None:
    Edition.objects.update(paused_at=timezone.now())
    first, *_, last = output("--yes")
    assert first == f"daily edition of {DAY} (paused): 3 can be sent again"
    assert last == "  3 are queued again. They wait: the edition is paused."


def test_a_paused_edition_is_resumed_on_request(edition: Edition) -> None:
    Edition.objects.update(paused_at=timezone.now())
    assert output("--yes", "--resume")[-1] == "  3 are queued again."
    edition.refresh_from_db()
    assert edition.paused_at is None
