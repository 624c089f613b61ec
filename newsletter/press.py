"""An edition ready for printing: papers, rendered pieces, shell; loaded once for many mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from newsletter.compose import WINDOW_OF
from newsletter.models import Candidate, Delivery, Edition
from newsletter.personalize import Offer, Pick, Reader, personalize
from newsletter.pieces import Piece, Shell
from newsletter.reasons import why
from newsletter.render import Digest, Sheet, digest_of
from papers.models import Topic
from papers.windows import opens_at

_KEPT_SHEETS: Final = 200  # about 150 KB each, with both parts and their encoding


class Press:
    """One edition in memory, about 5 KB a paper."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        # Nothing of this edition can have been sent before its first paper was listed.
        self.since = opens_at(WINDOW_OF[edition.cadence], edition.day)
        self._shell = Shell(html=edition.html, text=edition.text)
        candidates = list(Candidate.objects.filter(edition=edition))
        self._by_paper = {candidate.paper_id: candidate for candidate in candidates}
        # By position, which stays when two rows of one paper are merged later.
        self._pieces = {c.position: _piece(c) for c in candidates}
        self._sheets: dict[tuple[tuple[int, str], ...], Sheet] = {}
        self._offers = [_offer(candidate) for candidate in candidates]
        self._topic_names = dict(Topic.objects.values_list("slug", "name"))

    def choose(self, reader: Reader, seen: Collection[int]) -> list[dict[str, Any]]:
        """The reader's papers as a delivery stores them: [{"position", "paper", "why"}, …]."""
        return [self._stored(pick) for pick in personalize(reader, self._offers, seen)]

    def digest(self, delivery: Delivery, to: str) -> Digest:
        """The mail of a delivery whose picks are stored: the same bytes each time.

        Raises:
            ValueError: the delivery has no picks, so there never was a mail.
            LookupError: its token's key is no longer in the settings.
        """
        if not delivery.picks or delivery.dated_at is None:
            raise ValueError(f"delivery {delivery.pk} has no mail")
        return digest_of(
            delivery_id=delivery.pk,
            key_id=delivery.key_id,
            to=to,
            dated_at=delivery.dated_at,
            sheet=self._sheet(delivery.picks),
        )

    def _sheet(self, picks: Sequence[Mapping[str, Any]]) -> Sheet:
        """One for all who get the same papers for the same reasons; the latest are kept."""
        key = tuple((pick["position"], pick["why"]) for pick in picks)
        sheet = self._sheets.pop(key, None)
        if sheet is None:
            sheet = Sheet(self._shell, [(self._pieces[position], why) for position, why in key])
            if len(self._sheets) >= _KEPT_SHEETS:
                del self._sheets[next(iter(self._sheets))]
        self._sheets[key] = sheet
        return sheet

    def _stored(self, pick: Pick) -> dict[str, Any]:
        candidate = self._by_paper[pick.paper_id]
        reason = why(pick, candidate.facts, self._topic_names)
        return {"position": candidate.position, "paper": pick.paper_id, "why": reason}


def _piece(candidate: Candidate) -> Piece:
    return Piece(title=candidate.facts["title"], html=candidate.html, text=candidate.text)


def _offer(candidate: Candidate) -> Offer:
    facts = candidate.facts
    return Offer(
        paper_id=candidate.paper_id,
        position=candidate.position,
        trend=candidate.trend,
        topics=candidate.topics,
        words=f"{facts['title']} {facts['summary']}",
        authors=tuple(facts["authors"]),
    )
