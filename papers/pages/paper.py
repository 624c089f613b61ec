"""The values of a paper's own page: why it trends, its reads, its links, and papers like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from papers.citation.bibtex import bibtex
from papers.citation.facts import author_names
from papers.citation.json_ld import json_ld
from papers.citation.meta_tags import citation_tags
from papers.citation.sentence import reference
from papers.list_urls import list_url
from papers.models import Paper, Signal, Trend
from papers.pages.contributions import Contribution, contributions
from papers.pages.history import Chart, History, charts, histories
from papers.pages.links import PaperLink, paper_links
from papers.pages.similar import similar_papers
from papers.queries import newest_places, with_topics
from papers.windows import Window
from papers.wording import short_figure

Kind = Signal.Kind
SHOWN_AUTHORS: Final = 8
# What a reader calls a signal; the model's own labels are for operators.
_LABELS: Final = {
    Kind.UPVOTES: _("Votes"),
    Kind.STARS: _("Stars"),
    Kind.COMMENTS: _("Comments"),
    Kind.CITATIONS: _("Citations"),
    Kind.ARTEFACTS: _("Linked models, datasets and demos"),
    Kind.POSITION: _("Place in its list"),
    Kind.VOTES: _("Votes of our readers"),
    Kind.CLICKS: _("Clicks in our digests"),
}


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The place of a paper in the newest list of a window, counted from 1, and how it adds up."""

    window: Window
    day: date
    url: str
    place: int
    value: float
    contributions: Sequence[Contribution]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """Everything that the page of a paper shows. `places` go from the day to the month.

    `listed` are the days whose lists show it, oldest first; none: it was only announced.
    `figures` are short texts such as "84 votes".
    """

    paper: Paper
    figures: Sequence[str]
    links: Sequence[PaperLink]
    places: Sequence[ListPlace]
    histories: Sequence[History]
    charts: Sequence[Chart]
    listed: Sequence[date]
    similar: Sequence[Paper]

    @property
    def authors(self) -> Sequence[str]:
        return author_names(self.paper)[:SHOWN_AUTHORS]

    @property
    def more_authors(self) -> Sequence[str]:
        """The authors after the first eight; a single one is shown with those."""
        return author_names(self.paper)[SHOWN_AUTHORS:]

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.paper.get_absolute_url()}"

    @property
    def card_url(self) -> str:
        path = reverse("papers:card", args=[self.paper.arxiv_id or self.paper.pk])
        return f"{settings.SITE_URL}{path}"

    @property
    def citation_tags(self) -> Sequence[tuple[str, str]]:
        return citation_tags(self.paper)

    @property
    def json_ld(self) -> str:
        return json_ld(self.paper, self.card_url)

    @property
    def bibtex(self) -> str:
        return bibtex([self.paper]).strip()

    @property
    def reference(self) -> str:
        return reference(self.paper)


def paper_page(paper: Paper, now: datetime) -> PaperPage:
    """The page of a paper, withdrawn or not, with its signals up to `now`. Nine queries."""
    with_topics([paper])
    listings = list(paper.listings.order_by("day").values_list("day", "source"))
    found = histories(paper.pk, now)
    sources = {source for _, source in listings} | {one.source for one in found}
    return PaperPage(
        paper=paper,
        figures=_figures(found),
        links=paper_links(paper, sources),
        places=[_list_place(trend, place) for trend, place in newest_places(paper.pk)],
        histories=found,
        charts=charts(found),
        listed=sorted({day for day, _ in listings}),
        similar=similar_papers(paper),
    )


def signal_label(kind: str) -> str:
    """What a reader calls a kind of signal: "Votes"."""
    return str(_LABELS[Kind(kind)])


def _list_place(trend: Trend, place: int) -> ListPlace:
    window = cast("Window", trend.window)
    return ListPlace(
        window=window,
        day=trend.day,
        url=list_url(window, trend.day),
        place=place,
        value=trend.value,
        contributions=contributions(trend.components),
    )


def _figures(found: Sequence[History]) -> list[str]:
    """The newest counts above zero, each as a short text: "84 votes"."""
    newest: dict[str, int] = {}
    for one in found:
        newest[one.kind] = max(newest.get(one.kind, 0), round(one.value))
    figures = (
        (newest.get(Kind.UPVOTES, 0), _votes),
        (newest.get(Kind.STARS, 0), _stars),
        (newest.get(Kind.COMMENTS, 0), _comments),
        (newest.get(Kind.CITATIONS, 0), _citations),
    )
    return [text(n) % {"count": short_figure(n)} for n, text in figures if n > 0]


def _votes(n: int) -> str:
    return ngettext("%(count)s vote", "%(count)s votes", n)


def _stars(n: int) -> str:
    return ngettext("%(count)s star", "%(count)s stars", n)


def _comments(n: int) -> str:
    return ngettext("%(count)s comment", "%(count)s comments", n)


def _citations(n: int) -> str:
    return ngettext("%(count)s citation", "%(count)s citations", n)
