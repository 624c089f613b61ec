"""Decide whether a delivery gets a digest, and which papers. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from newsletter.delivery.recipients import Recipient
from newsletter.delivery.types import Claimed, Content
from newsletter.editions.interleaving.select import select_interleaved
from newsletter.editions.loaded_edition import LoadedEdition, Selection
from newsletter.editions.reasons import skipped
from newsletter.failures import Reason
from web.time_zones import usable_zone


@dataclass(frozen=True, slots=True)
class Skip:
    """The delivery ends without a message, for a reason that a person can read."""

    reason: str


def decide(
    delivery: Claimed,
    recipient: Recipient | None,
    seen: Collection[int],
    edition: LoadedEdition,
    *,
    minimum: int,
    knows_key: Callable[[str], bool],
    compared: str = "",
) -> Selection | Skip:
    """The papers of this delivery, or why it gets none.

    A delivery that is tried again keeps the papers of its first attempt: it is the same message.
    Only where one of them was withdrawn it comes without them (newsletter/delivery/withdrawn.py).

    Args:
        recipient: None when the subscriber was deleted.
        seen: ids of papers not to choose: withdrawn, or sent to this recipient by other editions.
        minimum: fewer papers than these make no digest (DIGEST_MINIMUM).
        knows_key: whether tokens can still be made with a key of this id.
        compared: a ranking that is compared with the ordinary one (INTERLEAVE), or none.
    """
    if recipient is None:
        return Skip("the subscriber was deleted")
    if recipient.skip_reason:
        return Skip(recipient.skip_reason)
    if delivery.content:
        stamp = delivery.content.stamp
        if not knows_key(stamp.key_id):
            return Skip(Reason.KEY_MISSING.value)
        return _restored(delivery.content, edition)
    selection = _select(recipient, seen, edition, compared)
    if len(selection.picks) < minimum:
        return Skip(skipped(len(selection.picks), recipient.interests.follows_all))
    slot, zone, language = recipient.next_slot, recipient.timezone, recipient.language
    return selection.opened(opening(slot, zone, language)) if recipient.is_first else selection


def _restored(content: Content, edition: LoadedEdition) -> Selection:
    return edition.restore(
        content.picks, content.stamp.renderer, content.language, content.sections, content.opening
    )


def opening(next_slot: datetime | None, timezone: str, language: str) -> str:
    """That it is the reader's first digest, and the day of the next one by their calendar."""
    with override(language):
        if next_slot is None:
            return _("This is your first digest.")
        day = next_slot.astimezone(ZoneInfo(usable_zone(timezone)))
        words = _("This is your first digest. The next one comes on %(weekday)s, %(day)s.")
        return words % {
            "weekday": date_format(day, "l"),
            "day": date_format(day, "MONTH_DAY_FORMAT"),
        }


def _select(
    recipient: Recipient, seen: Collection[int], edition: LoadedEdition, compared: str
) -> Selection:
    interests, language, reader = recipient.interests, recipient.language, recipient.id
    if compared:
        return select_interleaved(edition, interests, compared, seen, language, reader=reader)
    return edition.select(interests, seen, language, reader=reader)
