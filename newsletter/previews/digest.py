"""The digest that some choices would have brought: the newest edition, chosen as for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.editions.loaded_edition import Selection, load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.windows import days_in_words
from newsletter.models import Candidate, Edition
from papers.wording import author_line
from web.languages import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class PreviewPaper:
    """A chosen paper: `title` may hold TeX; `reason` is the line of the digest."""

    title: str
    authors: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The papers and the subject of one edition for some interests.

    `matching` papers of it match; a digest of fewer than `minimum` is not sent, and then
    `subject` is empty.
    """

    cadence: str
    days: str
    papers: Sequence[PreviewPaper]
    subject: str
    matching: int
    minimum: int

    @property
    def is_thin(self) -> bool:
        """Whether no digest would have come."""
        return len(self.papers) < self.minimum


def preview(
    cadence: str,
    interests: Interests,
    language: str = DEFAULT_LANGUAGE,
    *,
    minimum: int,
    reader: int = 0,
) -> Preview | None:
    """What a new reader would have got of the newest edition; None before the first.

    Nothing is stored. A paper that was withdrawn since is left out, as in every list.

    Args:
        minimum: fewer papers than these make no digest (DIGEST_MINIMUM).
        reader: the id of a subscriber; it decides which paper from outside of a profile is shown.
    """
    open_to_all = Edition.objects.light().filter(cancelled_at=None, paused_at=None)
    frozen = open_to_all.filter(cadence=cadence, state=Edition.State.FROZEN)
    edition = frozen.order_by("-day").first()
    if edition is None:
        return None
    loaded = load_edition(edition.pk)
    withdrawn = _withdrawn(edition)
    selection = loaded.select(interests, withdrawn, language, reader=reader)
    papers = _papers(edition, selection)
    is_sent = len(papers) >= max(minimum, 1)
    return Preview(
        cadence=cadence,
        days=days_in_words(edition),
        papers=papers,
        subject=selection.body.subject if is_sent else "",
        matching=loaded.matching(interests, withdrawn),
        minimum=minimum,
    )


def _withdrawn(edition: Edition) -> frozenset[int]:
    rows = Candidate.objects.filter(edition=edition, paper__is_withdrawn=True)
    return frozenset(rows.order_by().values_list("paper_id", flat=True))


def _papers(edition: Edition, selection: Selection) -> list[PreviewPaper]:
    positions = [pick.position for pick in selection.picks]
    rows = Candidate.objects.filter(edition=edition, position__in=positions)
    facts = dict(rows.order_by().values_list("position", "facts"))
    return [_paper(facts[pick.position], pick.reason) for pick in selection.picks]


def _paper(facts: dict[str, Any], reason: str) -> PreviewPaper:
    return PreviewPaper(
        title=facts["title"],
        authors=author_line(facts["authors"]),
        reason=reason,
        url=str(facts.get("page_url") or ""),
    )
