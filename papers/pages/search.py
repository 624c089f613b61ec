"""The values of the search page: the form, the matches, and suggestions if there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from papers.models import Paper, Topic
from papers.pages.facets import Chip, FacetGroup, chosen_chips, facet_groups
from papers.pages.paging import NoSuchPage, page_number
from papers.queries import RankedPaper, active_topics
from papers.search.highlight import Highlight, highlight
from papers.search.results import (
    MAX_QUERY_LENGTH,
    SearchResult,
    correction,
    search_papers,
)
from papers.text.arxiv_ids import pasted_id
from papers.wording import topic_text

_DAY: Final = r"(\d{4}-\d{2}-\d{2})?"  # a form that is sent has its empty fields too
# What the search reads of its address, each with a pattern of the values that it has links to.
PARAMETERS: Final = {
    "q": rf"[\s\S]{{0,{MAX_QUERY_LENGTH}}}",
    "topic": r"[-\w]{0,40}",
    "since": _DAY,
    "until": _DAY,
    "code": r"(on)?",
    "page": r"[1-9][0-9]{0,3}",
}


class SearchForm(forms.Form):
    """The filters. An invalid filter gets an error and is left out; the search goes on."""

    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("Topic"),
        required=False,
        to_field_name="slug",
        empty_label=_("All topics"),
        error_messages={"invalid_choice": _("There is no such topic; all are searched.")},
    )
    since = forms.DateField(
        label=_("Listed since"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Write the day like 2026-11-20.")},
    )
    until = forms.DateField(
        label=_("Listed until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Write the day like 2026-11-20.")},
    )
    code = forms.BooleanField(label=_("With code"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="", auto_id="filter-%s")
        topic: Any = self.fields["topic"]
        topic.queryset = Topic.objects.filter(is_active=True)
        topic.label_from_instance = _shown_name

    def clean(self) -> None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("This is before the first day; only that one counts."))

    @property
    def topic_name(self) -> str:
        """That of the chosen topic, or ""."""
        topic: Topic | None = self.cleaned_data.get("topic")
        return _shown_name(topic) if topic else ""

    def filters(self) -> dict[str, Any]:
        """The valid filters that are set, as arguments of `search_papers`."""
        cleaned = self.cleaned_data
        topic: Topic | None = cleaned.get("topic")
        filters: dict[str, date | str | bool | None] = {
            "topic": topic.slug if topic else None,
            "since": cleaned.get("since"),
            "until": cleaned.get("until"),
            "with_code": bool(cleaned.get("code")),
        }
        return {name: value for name, value in filters.items() if value}


def _shown_name(topic: Topic) -> str:
    return topic_text(topic.name)


@dataclass(frozen=True, slots=True)
class Match:
    """A paper of the page, and its texts with marks."""

    ranked: RankedPaper
    marked: Highlight

    @property
    def slots(self) -> dict[str, str]:
        """The texts of its row that depend on the search."""
        marked = self.marked
        return {
            "title": marked.title,
            "authors": marked.authors,
            "opening": marked.opening,
            "abstract": marked.summary or marked.opening,
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another search that may match more papers."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Example:
    """A search that shows a part of the syntax."""

    text: str
    meaning: Promise

    @property
    def url(self) -> str:
        return _url(QueryDict(), q=self.text)


EXAMPLES: Final = (
    Example("video diffusion", _("papers with both words, in any form")),
    Example('"state space" or mamba', _("these two words together, or the other one")),
    Example("robots -simulation", _("the one without the other")),
    Example("gpt 4", _("GPT-4 and GPT4 too: a hyphen or a space makes no difference")),
    Example("Y. LeCun", _("an author, also by initials")),
    Example('au:"Yann LeCun"', _("only in names")),
    Example("ti:survey agents", _("the first word only in titles; abs: is for abstracts")),
    Example("cat:cs.CL tokenizer", _("of a category of arXiv; cat:cs is all of cs")),
    Example(
        "1706.03762", _("an arXiv id, or anything that you paste with one, goes straight there")
    ),
)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A search, its form and its links; `result` is None without a query.

    `count` is the number of matches in words. An address is empty where there is no such page.
    `has_filters`: at least one valid filter is set.
    """

    form: SearchForm
    result: SearchResult | None = None
    matches: Sequence[Match] = ()
    count: str = ""
    has_filters: bool = False
    arxiv_url: str = ""
    suggestions: Sequence[Suggestion] = ()
    did_you_mean: Suggestion | None = None
    earlier_url: str = ""
    later_url: str = ""
    chosen: Sequence[Chip] = ()
    facets: Sequence[FacetGroup] = ()
    max_query_length: int = MAX_QUERY_LENGTH

    @property
    def exact_match(self) -> Paper | None:
        return self.result.exact_match if self.result else None

    @property
    def has_sample(self) -> bool:
        return any(match.ranked.paper.is_sample for match in self.matches)

    @property
    def is_cut_off(self) -> bool:
        """Whether this is the last page although more papers match."""
        if not self.result or not self.matches or self.later_url:
            return False
        return self.matches[-1].ranked.position < self.result.total

    @property
    def filter_values(self) -> dict[str, Any]:
        """What the filters show, as plain values: a part of a page is kept by all that it shows."""
        form = self.form
        return {
            "topics": [(topic.slug, topic.name) for topic in active_topics().values()],
            **{name: form[name].value() or "" for name in form.fields},
            "errors": {name: str(form[name].errors) for name in form.errors},
            "is_open": bool(form.errors or (self.has_filters and not self.result)),
        }

    @property
    def examples(self) -> Sequence[Example]:
        return EXAMPLES


def search_page(params: QueryDict, now: datetime) -> SearchPage:
    """The page for the parameters of an address: q, topic, since, until, code, page.

    Raises:
        NoSuchPage: there is no page of this number.
    """
    form = SearchForm(params)
    form.is_valid()
    filters = form.filters()
    query = params.get("q", "")
    if not query.strip():
        return SearchPage(form, has_filters=bool(filters))
    number = page_number(params.get("page", ""))
    result = search_papers(query, now=now, page=number, with_facets=True, **filters)
    if number > result.pages:
        raise NoSuchPage(_last_page(result.pages))
    url_of = partial(_url, _with_valid_filters(params, form))
    marked = highlight(result.marks, [ranked.paper for ranked in result.papers])
    name = pasted_id(query)
    meant = "" if name else correction(result, **filters)
    return SearchPage(
        form=form,
        result=result,
        matches=[Match(*pair) for pair in zip(result.papers, marked, strict=True)],
        count=count_in_words(result.total, is_estimate=result.is_estimate),
        has_filters=bool(filters),
        arxiv_url=f"https://arxiv.org/abs/{name}" if name and not result.exact_match else "",
        did_you_mean=Suggestion(meant, _url(params, q=meant)) if meant else None,
        suggestions=[] if result.total else suggestions(result.query, params, bool(filters)),
        earlier_url=_url(params, page=str(number - 1)) if number > 1 else "",
        later_url=_url(params, page=str(number + 1)) if number < result.pages else "",
        chosen=chosen_chips(filters, form.topic_name, url_of),
        facets=facet_groups(result.facets, filters, result.total, url_of),
    )


def count_in_words(total: int, *, is_estimate: bool) -> str:
    """`958 papers`, `one paper`, `about 27,000 papers`: an estimate keeps two digits."""
    if is_estimate and total >= 100:
        size = 10 ** (len(str(total)) - 2)
        total = round(total / size) * size
    if is_estimate:
        words = ngettext("about %(number)s paper", "about %(number)s papers", total)
    else:
        words = ngettext("one paper", "%(number)s papers", total)
    return words % {"number": number_format(total, force_grouping=True)}


def suggestions(query: str, params: QueryDict, has_filters: bool) -> list[Suggestion]:
    """Other searches for a query without matches, the smallest change first."""
    others = []
    plain = " ".join(query.replace('"', " ").split())
    words = [word for word in plain.split() if not word.startswith("-") and word.lower() != "or"]
    if has_filters:
        others.append(Suggestion(gettext("Search without the filters"), _url(QueryDict(), q=query)))
    if plain != query and plain:
        others.append(Suggestion(gettext("Let the words stand anywhere"), _url(params, q=plain)))
    if len(words) > 1:
        any_of_them = " or ".join(words)
        others.append(Suggestion(gettext("Look for any of the words"), _url(params, q=any_of_them)))
    return others


def _with_valid_filters(params: QueryDict, form: SearchForm) -> QueryDict:
    """The parameters of the address without filters that are wrong: they filter nothing."""
    valid = params.copy()
    for name in form.errors:
        valid.pop(str(name), None)
    return valid


def _last_page(number: int) -> str:
    words = ngettext("This search has one page.", "This search has %(number)s pages.", number)
    return words % {"number": number}


def _url(params: QueryDict, **changed: str) -> str:
    """The address of another search, of its first page unless `changed` has another."""
    kept = {name: params.get(name, "") for name in params if name in PARAMETERS and name != "page"}
    values = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{_address()}?{urlencode(values)}"


@cache
def _address() -> str:
    return reverse("papers:search")
