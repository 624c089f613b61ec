"""The readers of one burst: address, wishes, and whether they may get mail at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from newsletter.personalize import Reader
from subscribers.mail import may_receive
from subscribers.models import Interest, Subscriber, Suppression
from subscribers.suppress import suppressed_ids
from subscribers.tokens import address_hash

_Kind = Interest.Kind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone a digest may go to. `refusal` says why it must not, or is empty."""

    id: int
    email: str
    wants: Reader
    refusal: str = ""


def recipients(ids: Collection[int]) -> dict[int, Recipient]:
    """The readers of these ids, as they are now, in three queries."""
    terms, suppressed = _interests(ids), suppressed_ids(ids)
    return {
        reader.pk: Recipient(
            id=reader.pk,
            email=reader.email,
            wants=_wants(reader, terms[reader.pk]),
            refusal=_refusal(reader, is_suppressed=reader.pk in suppressed),
        )
        for reader in Subscriber.objects.filter(pk__in=ids)
    }


def _interests(ids: Collection[int]) -> Mapping[int, Mapping[str, list[str]]]:
    """Reader → kind of interest → topic slugs or terms, in the order they were added."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = Interest.objects.filter(subscriber_id__in=ids).order_by("id")
    for reader, kind, slug, term in rows.values_list(
        "subscriber_id", "kind", "topic__slug", "term"
    ):
        found[reader][kind].append(slug or term)
    return found


def _wants(reader: Subscriber, terms: Mapping[str, list[str]]) -> Reader:
    return Reader(
        topics=frozenset(terms[_Kind.TOPIC]),
        keywords=tuple(terms[_Kind.KEYWORD]),
        authors=tuple(terms[_Kind.AUTHOR]),
        muted=tuple(terms[_Kind.MUTED]),
        size=reader.digest_size,
    )


def _refusal(reader: Subscriber, *, is_suppressed: bool) -> str:
    if is_suppressed:
        reason = Suppression.objects.filter(address_hash=address_hash(reader.email)).first()
        return f"suppressed: {reason}" if reason else "suppressed"
    if reader.state != Subscriber.State.ACTIVE:
        return f"{reader.get_state_display()} before it was sent"
    if not may_receive(reader):
        return "sample reader: only the local mailbox may receive this"
    return ""
