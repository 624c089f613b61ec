"""The page of an edition: its note and its papers, as they stood when it was frozen."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from newsletter.editions.windows import WINDOW_OF, days_in_words, page_of, that_window
from newsletter.models import Candidate, Edition
from newsletter.pages.published import NAMES, published, with_papers
from papers.explain import explain
from papers.lead import stored_lead
from papers.models import Curator, Topic
from papers.text.shorten import shortened
from papers.wording import author_line, short_figure, topic_text
from web.isolation import is_about_one_row, log_once

log = logging.getLogger(__name__)
PAGE_SIZE: Final = 25
_MOST_TOPICS: Final = 2
_LONGEST_TITLE: Final = 300
_DESCRIBED_BY: Final = 3  # the titles in the description


@dataclass(frozen=True, slots=True)
class FrozenPaper:
    """A paper of an edition as its page shows it; without facts only its title and address."""

    position: int
    title: str
    url: str
    byline: str = ""
    lead: str = ""
    credit: str = ""  # who wrote the lead, where the paper's authors did not
    summary: str = ""
    topics: Sequence[tuple[str, str]] = ()  # name and path
    votes: str = ""
    gain: str = ""
    since: str = ""
    stars: str = ""
    code_url: str = ""
    arxiv_url: str = ""
    note: str = ""  # of a curator, in Markdown
    reasons: Sequence[str] = ()
    is_sample: bool = False

    @property
    def is_folded(self) -> bool:
        """Whether the abstract says more than its opening."""
        return bool(self.summary) and self.lead != self.summary


@dataclass(frozen=True, slots=True)
class EditionPage:
    """A page of an edition's papers. An address is empty where there is no such page."""

    edition: Edition
    name: str | Promise
    days: str
    papers: Sequence[FrozenPaper]
    total: int
    number: int
    pages: int
    curators: Sequence[Curator]
    earlier: Edition | None
    later: Edition | None
    titles: Sequence[str] = field(default=())

    @property
    def url(self) -> str:
        """The canonical path of this page."""
        return self._page(self.number)

    @property
    def better_url(self) -> str:
        return self._page(self.number - 1) if self.number > 1 else ""

    @property
    def more_url(self) -> str:
        return self._page(self.number + 1) if self.number < self.pages else ""

    @property
    def mail_url(self) -> str:
        """The path of its mail, as a reader without interests gets it."""
        return reverse(
            "newsletter:edition_mail", args=[self.edition.cadence, self.edition.day.isoformat()]
        )

    @property
    def card_url(self) -> str:
        """The path of its share card."""
        return reverse(
            "newsletter:edition_card", args=[self.edition.cadence, self.edition.day.isoformat()]
        )

    @property
    def earlier_url(self) -> str:
        return page_of(self.earlier) if self.earlier else ""

    @property
    def later_url(self) -> str:
        return page_of(self.later) if self.later else ""

    @property
    def list_url(self) -> str:
        """The path of the archive of its cadence."""
        return reverse("newsletter:edition_cadence", args=[self.edition.cadence])

    def _page(self, number: int) -> str:
        path = page_of(self.edition)
        return path if number == 1 else f"{path}?page={number}"


def edition_page(edition: Edition, number: int = 1) -> EditionPage:
    """A page of the papers of an edition, counted from 1, without those withdrawn since.

    Six queries for any number of papers.

    Raises:
        django.core.paginator.InvalidPage: there is no page of this number.
    """
    page: Page[Candidate] = Paginator(_living(edition), PAGE_SIZE).page(number)
    papers = _papers(list(page), that_window(WINDOW_OF[edition.cadence]))
    return EditionPage(
        edition=edition,
        name=NAMES[edition.cadence],
        days=days_in_words(edition),
        papers=papers,
        total=page.paginator.count,
        number=number,
        pages=page.paginator.num_pages,
        curators=list(Curator.objects.all()),
        earlier=_others(edition).filter(day__lt=edition.day).order_by("-day").first(),
        later=_others(edition).filter(day__gt=edition.day).order_by("day").first(),
        titles=[paper.title for paper in papers[:_DESCRIBED_BY]],
    )


def _others(edition: Edition) -> QuerySet[Edition]:
    return with_papers(published(edition.cadence))


def _living(edition: Edition) -> QuerySet[Candidate]:
    """Its candidates, but those withdrawn since: mails that leave today lack them too."""
    living = Candidate.objects.filter(edition=edition, paper__is_withdrawn=False)
    return (
        living.order_by("position")
        .annotate(paper_title=F("paper__title"), paper_name=F("paper__arxiv_id"))
        .only("position", "paper_id", "facts", "components", "topics", "note")
    )


def _papers(candidates: Sequence[Candidate], since: str) -> list[FrozenPaper]:
    """The papers in the active language; `since` says in which days they gained votes."""
    slugs = {slug for one in candidates for slug in _mapping(one.topics)}
    active = Topic.objects.filter(is_active=True, slug__in=slugs)
    names = {slug: topic_text(name) for slug, name in active.values_list("slug", "name")}
    return [_paper_or_title(candidate, names, since) for candidate in candidates]


def _paper_or_title(candidate: Candidate, topics: Mapping[str, str], since: str) -> FrozenPaper:
    """The paper as it was frozen; when its facts are not those of a paper, its title of today."""
    path = _paper_path(candidate)
    try:
        return _paper(candidate, path, topics, since)
    except Exception as error:  # any: a paper must not cost its page
        if not is_about_one_row(error):
            raise
        log_once(log, "the page of an edition", f"paper {candidate.paper_id}", error)
    title = shortened(candidate.paper_title, _LONGEST_TITLE)  # type: ignore[attr-defined]
    return FrozenPaper(candidate.position, title, path)


def _paper_path(candidate: Candidate) -> str:
    """Of today and not of that day: a paper may have got its arXiv id since."""
    name = candidate.paper_name or candidate.paper_id  # type: ignore[attr-defined]
    return reverse("papers:paper", args=[name])


def _paper(candidate: Candidate, path: str, topics: Mapping[str, str], since: str) -> FrozenPaper:
    facts = candidate.facts
    summary = " ".join(facts.get("summary", "").split())
    told = stored_lead(facts.get("lead"), _text(facts["title"]), summary)
    votes, gain = facts.get("upvotes"), facts.get("upvotes_window_gain")
    return FrozenPaper(
        position=candidate.position,
        title=shortened(_text(facts["title"]), _LONGEST_TITLE),
        url=path,
        byline=author_line(facts.get("authors", ())),
        lead=told.text,
        credit=told.credit,
        summary=summary,
        topics=_topics(candidate.topics, topics),
        votes=short_figure(votes) if votes else "",
        # A gain that is the whole number says nothing more.
        gain=short_figure(gain) if gain and gain != votes else "",
        since=since,
        stars=short_figure(stars) if (stars := facts.get("stars")) else "",
        code_url=_web_address(facts.get("code_url")),
        arxiv_url=_web_address(facts.get("arxiv_url")),
        note=candidate.note,
        reasons=explain(_mapping(candidate.components)),
        is_sample=bool(facts.get("is_sample")),
    )


def _topics(weights: Any, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Name and path of its strongest topics that are active today."""
    strongest = sorted(_mapping(weights).items(), key=lambda item: -item[1])
    known = [slug for slug, _ in strongest if slug in names]
    return [(names[slug], reverse("papers:topic", args=[slug])) for slug in known[:_MOST_TOPICS]]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _web_address(value: Any) -> str:
    """A link to another site; nothing that a browser would run."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else ""
