"""Rows for tests: every argument has a default, and a counter makes names unique."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any, cast

from newsletter.delivery.recipients import Recipient
from newsletter.delivery.types import Batch, Burst, Claimed, Item, RenderStamp
from newsletter.editions.loaded_edition import LoadedEdition, Selection
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.rendering.slots import Slot
from newsletter.editions.tokens import Tokens, make_tokens
from newsletter.models import (
    Candidate,
    Delivery,
    DeliveryEvent,
    DigestContent,
    Edition,
    InboundMessage,
    StoredPick,
)
from papers.jobs.timetable import BY_NAME
from papers.models import Job, Paper, PaperTopic, Signal, Topic
from subscribers.models import Subscriber, TransactionalMail

DAY = date(2025, 3, 14)
NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)
_number = count(1)


def make_topic(name: str = "", **values: Any) -> Topic:
    number = next(_number)
    name = name or f"Topic {number}"
    values.setdefault("slug", f"{name.lower().replace(' ', '-')}-{number}"[:40])
    return Topic.objects.create(name=name, **values)


def make_paper(title: str = "", **values: Any) -> Paper:
    number = next(_number)
    title = title or f"A study of the number {number}"
    values.setdefault("title_key", title.lower())
    values.setdefault("arxiv_id", f"2503.{number % 100_000:05}")
    values.setdefault("listed_on", DAY)
    values["listed_on"] = date.fromisoformat(str(values["listed_on"]))
    values.setdefault("listed_at", datetime.combine(values["listed_on"], time(12), tzinfo=UTC))
    return Paper.objects.create(title=title, **values)


def make_paper_topic(paper: Paper, topic: Topic, weight: float = 0.8) -> PaperTopic:
    return PaperTopic.objects.create(paper=paper, topic=topic, weight=weight)


def make_signal(paper: Paper, value: float = 1, **values: Any) -> Signal:
    defaults = {"kind": Signal.Kind.UPVOTES, "source": "hugging_face", "read_at": NOON}
    return Signal.objects.create(paper=paper, value=value, **{**defaults, **values})


def make_subscriber(email: str = "", **values: Any) -> Subscriber:
    email = email or f"reader{next(_number)}@example.com"
    values.setdefault("state", Subscriber.State.ACTIVE)
    return Subscriber.objects.create(email=email, **values)


def make_edition(cadence: str = "weekly", day: date = DAY, **values: Any) -> Edition:
    values.setdefault("state", Edition.State.FROZEN)
    values.setdefault("html", f"{Slot.PREHEADER.value}\n{Slot.PAPERS.value}\n")
    values.setdefault("text", f"{Slot.PAPERS.value}\n")
    return Edition.objects.create(cadence=cadence, day=day, **values)


def make_candidate(edition: Edition, paper: Paper, **values: Any) -> Candidate:
    defaults: dict[str, Any] = {
        "position": edition.candidates.count() + 1,
        "trend": 1.0,
        "components": {},
        "topics": {},
        "facts": {"title": paper.title, "summary": "", "authors": []},
        "html": f"{Slot.RANK.value}<p>{paper.title}</p>\n{Slot.WHY.value}\n",
        "text": f"{Slot.RANK.value}{paper.title}\n{Slot.WHY.value}\n",
    }
    return Candidate.objects.create(edition=edition, paper=paper, **{**defaults, **values})


def make_delivery(
    edition: Edition,
    reader: Subscriber | None,
    picks: Sequence[StoredPick] = (),
    **values: Any,
) -> Delivery:
    """A ledger row; with `picks` also the content of its digest."""
    defaults = {"state": Delivery.State.QUEUED, "next_attempt_at": NOON, "created_at": NOON}
    delivery = Delivery.objects.create(edition=edition, subscriber=reader, **{**defaults, **values})
    if picks:
        make_content(delivery, picks)
    return delivery


def make_content(
    delivery: Delivery, picks: Sequence[StoredPick] = (), **values: Any
) -> DigestContent:
    """The content of a delivery's digest, as the first attempt stores it."""
    defaults = {"dated_at": NOON, "renderer": RENDERER, "key_id": ""}
    return DigestContent.objects.create(
        delivery=delivery,
        edition_id=delivery.edition_id,
        positions=[pick.position for pick in picks],
        papers=[pick.paper_id for pick in picks],
        reasons=[pick.reason for pick in picks],
        **{**defaults, **values},
    )


def tokens_of(delivery: Delivery) -> Tokens:
    """The tokens in the mail of a delivery that has a content."""
    reader, content = delivery.subscriber, delivery.content_or_none
    assert reader, "an erased reader has no tokens"
    assert content, "no mail"
    return make_tokens(delivery.pk, reader.pk, reader.secret, content.dated_at, content.key_id)


def make_event(delivery: Delivery | None = None, **values: Any) -> DeliveryEvent:
    """A provider's event about a delivery; it was processed unless `due_at` is given."""
    defaults: dict[str, Any] = {
        "fingerprint": f"event {next(_number)}",
        "provider": "Postmark",
        "kind": DeliveryEvent.Kind.DELIVERED,
        "edition_id": delivery and delivery.edition_id,
        "occurred_at": NOON,
        "received_at": NOON,
    }
    return DeliveryEvent.objects.create(delivery=delivery, **{**defaults, **values})


def make_inbound(**values: Any) -> InboundMessage:
    """A mail that arrived, of which nothing followed."""
    defaults: dict[str, Any] = {
        "fingerprint": f"mail {next(_number)}",
        "kind": InboundMessage.Kind.AUTO_REPLY,
        "source": "lmtp",
        "received_at": NOON,
    }
    return InboundMessage.objects.create(**{**defaults, **values})


def make_mail(reader: Subscriber, kind: str = "confirm", **values: Any) -> TransactionalMail:
    values.setdefault("next_attempt_at", NOON)
    return TransactionalMail.objects.create(subscriber=reader, kind=kind, **values)


def make_job(name: str, **values: Any) -> Job:
    """A row of the timetable's job `name`, next due at nine on 23 November 2026."""
    values.setdefault("next_run_at", datetime(2026, 11, 23, 9, tzinfo=UTC))
    return Job.objects.create(name=name, source=BY_NAME[name].source, **values)


def make_stamp(**values: Any) -> RenderStamp:
    moment = datetime(2025, 3, 15, 9, tzinfo=UTC)
    defaults = {"dated_at": moment, "renderer": RENDERER, "key_id": ""}
    return RenderStamp(**{**defaults, **values})


def make_batch(edition: Edition) -> Batch:
    """All deliveries of an edition."""
    return Batch(edition.pk, 1, 2**62)


def make_recipient(number: int = 1, **values: Any) -> Recipient:
    """The recipient with this id, at `reader<id>@example.com`."""
    defaults = {"email": f"reader{number}@example.com", "interests": Interests(), "secret": "s"}
    return Recipient(number, **{**defaults, **values})


def make_burst(
    claimed: Sequence[Claimed],
    picks: Sequence[StoredPick] = (),
    edition: LoadedEdition | None = None,
) -> Burst:
    """A burst of these deliveries, each with these picks, to `reader<id>@example.com`."""
    selection = Selection(picks, cast("LoadedEdition", edition))
    return Burst(
        [Item(one, make_recipient(one.id), selection) for one in claimed],
        make_stamp(),
    )
