"""One row of everything, so that a request with a valid id or token reaches what is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from config.celery import note_tick
from newsletter.delivery.recipients import recipients
from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.tokens import make_tokens
from papers.jobs.timetable import BY_NAME
from papers.models import Curator, Listing, RawRecord, Topic, Trend
from subscribers import tokens
from subscribers.models import Interest
from tests import factories

SENT = datetime(2025, 3, 15, 8, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Values that lead somewhere, by the name of the placeholder or the parameter."""

    cookie: str  # of a superuser's session
    known: dict[str, list[str]]
    ids: dict[str, str]  # the id of a row, by the model's label

    def values(self, name: str) -> list[str]:
        return self.known.get(name, ["1"])


def build() -> World:
    """Store the rows; after the test all tables are emptied."""
    topic = Topic.objects.filter(is_active=True).order_by("pk")[0]
    paper = factories.make_paper(
        "Pointer Networks", arxiv_id="1506.03134", authors=["Ada Lovelace"]
    )
    factories.make_paper_topic(paper, topic)
    factories.make_signal(paper, 7)
    Listing.objects.create(paper=paper, day=factories.DAY, source="hugging_face", read_at=SENT)
    Trend.objects.create(
        paper=paper,
        window="week",
        day=factories.DAY,
        value=1,
        components={},
        version="1",
        scored_at=SENT,
    )
    RawRecord.objects.create(
        paper=paper, source="hugging_face", day=factories.DAY, payload={}, payload_hash="x"
    )
    Curator.objects.create(name="A list", url="https://example.org/")
    reader = factories.make_subscriber("ada@example.com", next_send_at=SENT)
    pending = factories.make_subscriber("bob@example.com", state="pending")
    Interest.objects.create(subscriber=reader, kind=Interest.Kind.MUTED, term="word")
    edition = compose("weekly", factories.DAY, SENT)
    interests = recipients([reader.pk])[reader.pk].interests
    picks = load_edition(edition.pk).select(interests, seen=()).picks
    delivery = factories.make_delivery(edition, reader, state="sent")
    factories.make_content(
        delivery, picks, dated_at=SENT, renderer=RENDERER, key_id=current_key_id()
    )
    factories.make_event(delivery)
    factories.make_mail(pending)
    factories.make_job(next(iter(BY_NAME)))
    _note_ticks()
    user = User.objects.create_superuser("admin", "admin@example.com", "password")
    client = Client()
    client.force_login(user)
    links = make_tokens(delivery.pk, reader.pk, reader.secret, SENT)
    own = {name: tokens.make(name, reader) for name in ("preferences", "feed")}
    known = {
        "token": [*links[:4], *own.values(), tokens.make("confirm", pending)],
        "window": ["day", "week", "month"],
        "day": [factories.DAY.isoformat(), date(2025, 3, 9).isoformat()],
        "slug": [topic.slug],
        "name": [str(paper.arxiv_id), str(paper.pk)],
        "paper_id": [str(paper.arxiv_id)],
        "number": ["1", "11", "12", "13"],
        "cadence": ["weekly", "daily", "monthly"],
        "app_label": ["papers", "subscribers", "newsletter", "auth"],
        "content_type_id": ["1", "7"],
        "object_id": [str(delivery.pk), str(paper.pk), str(reader.pk), str(edition.pk)],
        "q": ["pointer networks", "au:lovelace", "1506.03134"],
        "sort": ["trending", "publishedAt"],
        "date": [factories.DAY.isoformat()],
        "week": ["2025-W11"],
        "month": ["2025-03"],
    }
    return World(client.cookies["sessionid"].value, known, _ids())


def _note_ticks() -> None:
    """Or /readyz would say in an old process that there is neither beat nor a worker."""
    note_tick("beat")
    note_tick("worker")


def _ids() -> dict[str, str]:
    found: dict[str, Any] = {}
    for model in apps.get_models():
        if model._meta.managed:
            found[model._meta.label_lower] = model._base_manager.values_list(
                "pk", flat=True
            ).first()
    return {label: str(pk) for label, pk in found.items() if pk is not None}
