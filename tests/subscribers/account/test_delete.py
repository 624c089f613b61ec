"""A reader is deleted for good, and is not mailed again if they ask for that."""

from __future__ import annotations

import pytest

from subscribers.account.delete import delete
from subscribers.consent import RequestOrigin
from subscribers.feedback.save import save_paper
from subscribers.models import AddressChange, Feedback, Subscriber, Suppression
from subscribers.signup import sign_up
from subscribers.suppress import is_suppressed, suppress
from tests.factories import NOON, make_mail, make_paper, make_subscriber

pytestmark = pytest.mark.django_db
ADA = "ada@example.com"


def make_reader() -> Subscriber:
    ada = make_subscriber(ADA)
    save_paper(ada, make_paper(), NOON)
    AddressChange.objects.create(
        subscriber=ada, old_email=ADA, new_email="ada@new.example", requested_at=NOON
    )
    make_mail(ada)
    return ada


def test_nothing_of_the_reader_is_left_and_the_address_may_sign_up_again() -> None:
    delete(make_reader(), NOON, never_again=False)
    assert not Subscriber.objects.exists()
    assert not Feedback.objects.exists()
    assert not AddressChange.objects.exists()
    assert not is_suppressed(ADA)
    sign_up(ADA, {}, RequestOrigin(), NOON)
    assert Subscriber.objects.get().mails.count() == 1


def test_who_asks_for_it_is_never_mailed_again() -> None:
    delete(make_reader(), NOON, never_again=True)
    assert Suppression.objects.get().reason == "reader"
    sign_up(ADA, {}, RequestOrigin(), NOON)
    assert not Subscriber.objects.exists()


def test_a_suppression_of_before_stays() -> None:
    ada = make_reader()
    suppress(ada, Suppression.Reason.HARD_BOUNCE, now=NOON)
    delete(ada, NOON, never_again=False)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_the_wish_of_the_reader_is_stronger_than_a_report() -> None:
    ada = make_reader()
    suppress(ada, Suppression.Reason.COMPLAINT, now=NOON)
    delete(ada, NOON, never_again=True)
    assert Suppression.objects.get().reason == "reader"


def test_other_readers_keep_what_is_theirs() -> None:
    bob = make_subscriber("bob@example.com")
    save_paper(bob, make_paper(), NOON)
    delete(make_reader(), NOON, never_again=True)
    assert Feedback.objects.get().subscriber == bob
