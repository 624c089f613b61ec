"""The papers of a digest, with what its reader says of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from newsletter.editions import links
from newsletter.editions.open_link import OpenedLink
from newsletter.feedback.opinions import Opinion, opinions_of
from newsletter.models import ArchivedDelivery, Candidate, Delivery
from papers.models import Paper
from papers.wording import author_line
from subscribers.feedback.save import forgotten_saves
from subscribers.models import Feedback, Subscriber


@dataclass(frozen=True, slots=True)
class DigestPaper:
    """A paper of a digest. `shown` is what the page proposes: the link's own word is in it."""

    paper: Paper
    authors: str
    said: Opinion
    shown: Opinion
    is_asked: bool = False

    @property
    def is_said_already(self) -> bool:
        """Whether the link says nothing new."""
        return self.is_asked and self.said == self.shown


def digest_papers(opened: OpenedLink, subscriber: Subscriber) -> list[DigestPaper]:
    """The papers of the link's digest that a reader can say something of, the link's own first.

    An archived digest has lost its list of papers: then it is the link's own paper alone. Papers
    that were withdrawn since are left out. Two queries, and one more for a link to save.
    """
    position, word = links.resolve_feedback(opened.number) if opened.number is not None else (0, "")
    papers = _papers(opened.delivery, position)
    opinions = opinions_of(subscriber, [paper.pk for paper in papers.values()])
    if word == Feedback.Kind.SAVE and position in papers:
        _let_save_again(subscriber, opinions, papers[position].pk)
    found = [
        _digest_paper(paper, opinions, word if place == position else "")
        for place, paper in papers.items()
    ]
    return sorted(found, key=lambda one: not one.is_asked)  # stable: the others keep their order


def _let_save_again(subscriber: Subscriber, opinions: dict[int, Opinion], paper_id: int) -> None:
    """A save that the reader let us forget is none to a link that saves: it counts anew then."""
    if forgotten_saves(subscriber, [paper_id]):
        opinions[paper_id] = opinions[paper_id]._replace(is_saved=False)


def _digest_paper(paper: Paper, opinions: Mapping[int, Opinion], word: str) -> DigestPaper:
    said = opinions[paper.pk]
    shown = said.said(word) if word else said
    return DigestPaper(paper, author_line(paper.authors), said, shown, is_asked=bool(word))


def _papers(delivery: Delivery | ArchivedDelivery | None, position: int) -> dict[int, Paper]:
    """By position in the edition, in the digest's order. A merged paper keeps its position."""
    if delivery is None:
        return {}
    positions = [position]
    if isinstance(delivery, Delivery):
        positions = [pick.position for pick in delivery.picks]
    rows = Candidate.objects.filter(edition=delivery.edition_id, position__in=positions)
    stored = _by_position(
        rows.select_related("paper").defer("paper__search", "html", "text").order_by()
    )
    return {place: stored[place] for place in positions if place in stored}


def _by_position(candidates: Collection[Candidate]) -> dict[int, Paper]:
    return {it.position: it.paper for it in candidates if not it.paper.is_withdrawn}
