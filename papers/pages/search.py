"""What the page of a search holds: the form, what was found, and what to try when nothing was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.urls import reverse

from papers.fetched import arxiv_id
from papers.models import Paper, Topic
from papers.queries import RankedPaper
from papers.search.highlight import Highlight, highlight
from papers.search.query import read
from papers.search.search import LONGEST_QUERY, SearchResult, search


class SearchForm(forms.Form):
    """The box and its filters. A wrong filter is named and left out; the search goes on."""

    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label="Topic",
        required=False,
        to_field_name="slug",
        empty_label="All topics",
        error_messages={"invalid_choice": "There is no such topic; all are searched."},
    )
    since = forms.DateField(
        label="Listed since",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the day like 2026-11-20."},
    )
    until = forms.DateField(
        label="Listed until",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write the day like 2026-11-20."},
    )
    code = forms.BooleanField(label="With code", required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="", auto_id="filter-%s")
        topic: Any = self.fields["topic"]
        topic.queryset = Topic.objects.filter(is_active=True)

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", "This is before the first day; only that one counts.")

    def filters(self) -> dict[str, Any]:
        """The filters that are set and make sense, as `search` takes them."""
        told = self.cleaned_data
        topic: Topic | None = told.get("topic")
        given: dict[str, date | str | bool | None] = {
            "topic": topic.slug if topic else None,
            "since": told.get("since"),
            "until": told.get("until"),
            "with_code": bool(told.get("code")),
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Found:
    """A paper of the page and its texts with marks."""

    ranked: RankedPaper
    marked: Highlight


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another search that may find more."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Example:
    """A search to show how it is done."""

    text: str
    meaning: str

    @property
    def url(self) -> str:
        return _url(QueryDict(), q=self.text)


EXAMPLES: Final = (
    Example("video diffusion", "papers with both words, in any form"),
    Example('"state space" or mamba', "these two words together, or the other one"),
    Example("robots -simulation", "the one without the other"),
    Example("yann lecun", "an author"),
    Example("1706.03762", "an arXiv id, or the address of a paper, goes straight there"),
)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A search and everything around it; `result` is None when nothing was asked.

    `count` says how many were found, in words. A url is empty where there is no such page.
    """

    form: SearchForm
    result: SearchResult | None = None
    found: Sequence[Found] = ()
    count: str = ""
    is_narrowed: bool = False
    arxiv_url: str = ""
    suggestions: Sequence[Suggestion] = ()
    earlier_url: str = ""
    later_url: str = ""
    longest: int = LONGEST_QUERY

    @property
    def exact(self) -> Paper | None:
        return self.result.exact if self.result else None

    @property
    def has_sample(self) -> bool:
        return any(one.ranked.paper.is_sample for one in self.found)

    @property
    def is_end(self) -> bool:
        """Whether more match than the pages, of which this is the last, could show."""
        if not self.result or not self.found or self.later_url:
            return False
        return self.found[-1].ranked.position < self.result.total

    @property
    def examples(self) -> Sequence[Example]:
        return EXAMPLES


class NoSuchPage(LookupError):
    """The page's number is none, or past the last."""


def search_page(asked: QueryDict, now: datetime) -> SearchPage:
    """The page for the parameters of an address: q, topic, since, until, code, page.

    Raises:
        NoSuchPage: there is no page of this number.
    """
    form = SearchForm(asked)
    form.is_valid()
    filters = form.filters()
    query = asked.get("q", "")
    if not query.strip():
        return SearchPage(form, is_narrowed=bool(filters))
    number = _number(asked.get("page", ""))
    result = search(query, now=now, page=number, **filters)
    if number > result.pages:
        raise NoSuchPage(f"This search has {_pages(result.pages)}.")
    marked = highlight(_wanted(result), [ranked.paper for ranked in result.papers])
    name = arxiv_id(result.query)
    return SearchPage(
        form=form,
        result=result,
        found=[Found(*pair) for pair in zip(result.papers, marked, strict=True)],
        count=count_in_words(result.total, is_about=result.is_about),
        is_narrowed=bool(filters),
        arxiv_url=f"https://arxiv.org/abs/{name}" if name and not result.exact else "",
        suggestions=[] if result.total else suggestions(result.query, asked, bool(filters)),
        earlier_url=_url(asked, page=str(number - 1)) if number > 1 else "",
        later_url=_url(asked, page=str(number + 1)) if number < result.pages else "",
    )


def count_in_words(total: int, *, is_about: bool) -> str:
    """`958 papers`, `one paper`, `about 27,000 papers`: a guess keeps two digits."""
    if total == 1 and not is_about:
        return "one paper"
    if is_about and total >= 100:
        size = 10 ** (len(str(total)) - 2)
        total = round(total / size) * size
    return f"{'about ' if is_about else ''}{intcomma(total)} papers"


def suggestions(query: str, asked: QueryDict, is_narrowed: bool) -> list[Suggestion]:
    """What else to try for a search that found nothing, the smallest change first."""
    found = []
    plain = " ".join(query.replace('"', " ").split())
    words = [word for word in plain.split() if not word.startswith("-") and word.lower() != "or"]
    if is_narrowed:
        found.append(Suggestion("Search without the filters", _url(QueryDict(), q=query)))
    if plain != query and plain:
        found.append(Suggestion("Let the words stand anywhere", _url(asked, q=plain)))
    if len(words) > 1:
        any_of_them = " or ".join(words)
        found.append(Suggestion("Look for any of the words", _url(asked, q=any_of_them)))
    return found


def _wanted(result: SearchResult) -> str:
    """What to mark. One short query more, but `SearchResult` keeps the index to itself."""
    wanted = read(result.query) if result.papers and not result.exact else None
    return wanted.exact if wanted else ""


def _number(written: str) -> int:
    if not written:
        return 1
    if not re.fullmatch(r"[1-9][0-9]{0,3}", written):
        raise NoSuchPage("Pages are counted 1, 2, 3 and so on.")
    return int(written)


def _pages(number: int) -> str:
    return "one page" if number == 1 else f"{number} pages"


def _url(asked: QueryDict, **changed: str) -> str:
    """The address of another search; without a page it is the first."""
    told = {name: asked.get(name, "") for name in asked if name != "page"} | changed
    address = QueryDict(mutable=True)
    address.update({name: value for name, value in told.items() if value})
    return f"{reverse('papers:search')}?{address.urlencode()}"
