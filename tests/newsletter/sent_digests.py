"""A digest as it stands in the ledger once it was sent, for the tests of its links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.body import RENDERER
from newsletter.models import Delivery
from subscribers.models import Subscriber
from tests.factories import DAY, make_content, make_delivery, make_paper

SENT = datetime(2025, 3, 15, 8, 0, 0, 123456, tzinfo=UTC)


def make_sent(reader: Subscriber, renderer: str = RENDERER, **values: Any) -> Delivery:
    """A digest of one paper that this version of the renderer made."""
    make_paper("Pointer Networks", code_url="https://github.com/a/b")
    edition = compose("weekly", DAY, SENT)
    delivery = make_delivery(edition, reader, state="sent", **values)
    picks = load_edition(edition.pk).select(Interests(), ()).picks
    make_content(delivery, picks, dated_at=SENT, renderer=renderer, key_id=current_key_id())
    return delivery
