"""A reader's next digest at another balance between what is popular and what they like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from newsletter.delivery.recipients import recipients
from newsletter.editions.profile import EVEN, Profile, day_number, learned_share
from newsletter.previews.digest import Preview, PreviewPaper, preview
from subscribers.models import Subscriber

Move = Literal["new", "up", "down", ""]


@dataclass(frozen=True, slots=True)
class MovedPaper:
    """A paper of the digest, and how its place differs from that at the stored balance."""

    paper: PreviewPaper
    move: Move


@dataclass(frozen=True, slots=True)
class BalancePreview:
    """The digest at a balance.

    `percent`: how much of the order the liked papers decide there; `follows`: whether the reader
    follows topics, which decide the rest.
    """

    preview: Preview
    papers: Sequence[MovedPaper]
    percent: int
    follows: bool


def balance_preview(
    subscriber: Subscriber, balance: int, today: date, *, minimum: int
) -> BalancePreview | None:
    """The digest of the newest edition at this balance; None before the first edition.

    Args:
        balance: 0 to 100.
        minimum: fewer papers than these make no digest (DIGEST_MINIMUM).
    """
    recipient = recipients([subscriber.pk])[subscriber.pk]
    profile = recipient.interests.profile or Profile()
    follows = bool(recipient.interests.topics)
    there = replace(recipient.interests, profile=replace(profile, balance=balance))
    shown, before = (
        preview(
            subscriber.cadence,
            interests,
            recipient.language,
            minimum=minimum,
            reader=subscriber.pk,
        )
        for interests in (there, recipient.interests)
    )
    if shown is None or before is None:
        return None
    return BalancePreview(
        preview=shown,
        papers=moves(before.papers, shown.papers),
        percent=percent_learned(profile.weight(day_number(today)), balance, follows=follows),
        follows=follows,
    )


def moves(before: Sequence[PreviewPaper], after: Sequence[PreviewPaper]) -> list[MovedPaper]:
    """Each paper of `after` with how its place differs from that in `before`."""
    places = {paper: place for place, paper in enumerate(_names(before))}

    def move(name: str, place: int) -> Move:
        if name not in places:
            return "new"
        return "up" if place < places[name] else "down" if place > places[name] else ""

    return [
        MovedPaper(paper, move(name, place))
        for place, (name, paper) in enumerate(zip(_names(after), after, strict=True))
    ]


def percent_learned(events: float, balance: int, *, follows: bool = True) -> int:
    """How much the liked papers count against topics and words, in percent: as `blend` has it."""
    share = learned_share(events, follows=follows) * min(balance / EVEN, 1.0)
    return round(100 * share)


def _names(papers: Sequence[PreviewPaper]) -> list[str]:
    return [paper.url or paper.title for paper in papers]
