"""Readers with and without profiles in one batch, from the tables to what is stored of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from mail.factory import open_transport
from newsletter.delivery import deliver as delivering
from newsletter.editions.compose import compose
from newsletter.editions.loaded_edition import rebuild
from newsletter.models import DigestContent, Edition
from papers.models import Paper, PaperVector
from papers.similarity.vectors import DIMENSIONS, pack_dense
from subscribers.models import ReaderProfile, Subscriber
from tests.factories import (
    DAY,
    make_batch,
    make_delivery,
    make_paper,
    make_signal,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 3, 15, 9, tzinfo=UTC)
TODAY = (DAY - date(1970, 1, 1)).days


def vector(paper: Paper, direction: int) -> Paper:
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[direction] = 1.0
    PaperVector.objects.create(
        paper=paper, model="m", dense=pack_dense(dense), terms=b"", made_at=timezone.now()
    )
    return paper


def liked(number: int) -> Paper:
    old = make_paper(f"Liked {number}", listed_on=DAY - timedelta(days=40))
    return vector(old, 0)


def reader_who_likes(*papers: Paper) -> Subscriber:
    reader = make_subscriber(digest_size=9)
    ids = [paper.pk for paper in papers]
    ReaderProfile.objects.create(subscriber=reader, liked=ids, liked_days=[TODAY] * len(ids))
    return reader


@pytest.fixture
def edition(settings: Settings) -> Edition:
    """Forty papers, the first trending most; each fourth is unlike the others."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for number in range(1, 41):
        paper = vector(make_paper(f"Paper {number}"), 1 if number % 4 == 0 else 0)
        make_signal(paper, value=400 - 9 * number)
    return compose("weekly", DAY, NOW)


def send(edition: Edition) -> None:
    until = timezone.now() + timedelta(minutes=1)
    with open_transport() as transport:
        assert delivering.deliver(make_batch(edition), until, transport) is None


def test_an_explored_paper_is_stored_with_its_place_and_never_without_a_profile(
    edition: Edition,
) -> None:
    papers = [liked(number) for number in range(5)]
    learned = make_delivery(edition, reader_who_likes(*papers))
    plain = make_delivery(edition, make_subscriber(digest_size=9))
    send(edition)
    content = DigestContent.objects.get(delivery=learned)
    assert content.explored in {6, 7, 8}
    explored = Paper.objects.get(pk=content.papers[content.explored]).title
    assert explored in {"Paper 4", "Paper 8"}
    assert DigestContent.objects.get(delivery=plain).explored is None
    assert len(mail.outbox) == 2


def test_a_message_with_a_profile_is_rebuilt_as_it_was_sent_though_the_profile_changed(
    edition: Edition,
) -> None:
    reader = reader_who_likes(*(liked(number) for number in range(5)))
    delivery = make_delivery(edition, reader)
    send(edition)
    sent = mail.outbox[0].body
    ReaderProfile.objects.all().delete()
    delivery.refresh_from_db()
    assert rebuild(delivery, reader.email).text == sent


def test_a_batch_reads_the_vectors_of_all_profiles_at_once(edition: Edition) -> None:
    papers = [liked(number) for number in range(6)]
    for two in (papers[:2], papers[2:4], papers[4:]):
        make_delivery(edition, reader_who_likes(*two))
    make_delivery(edition, make_subscriber())
    with CaptureQueriesContext(connection) as queries:
        send(edition)
    of_vectors = [one for one in queries if 'FROM "papers_papervector"' in one["sql"]]
    assert len(of_vectors) == 2, "the candidates' and those of all three profiles"
    assert len(mail.outbox) == 4
