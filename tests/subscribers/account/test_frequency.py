"""Less often in one press, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from subscribers.account.frequency import less_often, set_cadence
from subscribers.consent import RequestOrigin
from subscribers.models import ConsentEntry, Interest, Subscriber
from tests.factories import make_subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = RequestOrigin()


def test_each_cadence_has_a_rarer_one_but_the_last() -> None:
    assert [less_often(one) for one in Subscriber.Cadence.values] == ["weekly", "monthly", None]


def test_only_the_cadence_changes_and_back_is_as_before() -> None:
    ada = make_subscriber(cadence="daily", weekday=2, hour=6)
    Interest.objects.create(subscriber=ada, kind=Interest.Kind.KEYWORD, term="diffusion")
    assert set_cadence(ada, "weekly", ORIGIN, NOW)
    assert (ada.cadence, ada.next_send_at) == ("weekly", datetime(2026, 11, 25, 6, tzinfo=UTC))
    assert set_cadence(ada, "daily", ORIGIN, NOW)
    assert (ada.cadence, ada.next_send_at) == ("daily", datetime(2026, 11, 24, 6, tzinfo=UTC))
    assert (ada.weekday, ada.hour, ada.interests.get().term) == (2, 6, "diffusion")
    details = ConsentEntry.objects.order_by("id").values_list("detail", flat=True)
    assert list(details) == [{"cadence": ["daily", "weekly"]}, {"cadence": ["weekly", "daily"]}]


def test_a_week_after_a_daily_digest_there_are_not_two_within_half_a_week() -> None:
    ada = make_subscriber(cadence="daily", weekday=1, last_digest_at=NOW)
    set_cadence(ada, "weekly", ORIGIN, NOW)
    assert ada.next_send_at == datetime(2026, 12, 1, 8, tzinfo=UTC)  # not tomorrow


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "suppressed"])
def test_who_gets_no_digest_changes_nothing(state: str) -> None:
    ada = make_subscriber(state=state, cadence="daily")
    assert not set_cadence(ada, "weekly", ORIGIN, NOW)
    ada.refresh_from_db()
    assert ada.cadence == "daily"
