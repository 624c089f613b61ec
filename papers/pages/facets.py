"""The facets of a search page: links that narrow it, and chips that take a filter away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from papers.queries import active_topics
from papers.search.facets import Facets
from papers.wording import short_figure, topic_text

MOST_TOPICS: Final = 8
MOST_YEARS: Final = 5
UrlOf = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter: its name, the search with it or without it, and how many papers match then.

    `papers` is empty at a chip that takes a filter away.
    """

    name: str
    url: str
    papers: str = ""


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The filters of one kind that the search has not got yet."""

    name: str
    chips: Sequence[Chip]


def facet_groups(
    facets: Facets, filters: Mapping[str, Any], total: int, url_of: UrlOf
) -> list[FacetGroup]:
    """The groups that narrow a search. At most one query, for the names of topics.

    A filter that the search has is not offered again, nor one that all its papers pass.

    Args:
        filters: those of the search, as arguments of `search_papers`.
        url_of: the address of this search with other parameters; an empty one is removed.
    """

    def chip(name: str, papers: int, **params: str) -> Chip:
        return Chip(name, url_of(**params), _figure(papers, is_estimate=facets.is_estimate))

    groups = []
    if facets.topics and "topic" not in filters:
        names = {one.slug: topic_text(one.name) for one in active_topics().values()}
        shown = [(slug, n) for slug, n in facets.topics if n < total and slug in names]
        chips = [chip(names[slug], papers, topic=slug) for slug, papers in shown[:MOST_TOPICS]]
        groups.append(FacetGroup(_("Topic"), chips))
    if not {"since", "until"} & filters.keys() and len(facets.years) > 1:
        chips = [
            chip(str(year), papers, since=f"{year}-01-01", until=f"{year}-12-31")
            for year, papers in facets.years[:MOST_YEARS]
        ]
        groups.append(FacetGroup(_("Year"), chips))
    if "with_code" not in filters and 0 < facets.with_code < total:
        groups.append(FacetGroup(_("Code"), [chip(_("With code"), facets.with_code, code="on")]))
    return [group for group in groups if group.chips]


def chosen_chips(filters: Mapping[str, Any], topic_name: str, url_of: UrlOf) -> list[Chip]:
    """A chip for each filter of the search, whose address takes it away."""
    chips = []
    if filters.get("topic"):
        chips.append(Chip(topic_name, url_of(topic="")))
    if days := _days(filters.get("since"), filters.get("until")):
        chips.append(Chip(days, url_of(since="", until="")))
    if filters.get("with_code"):
        chips.append(Chip(_("With code"), url_of(code="")))
    return chips


def _days(since: date | None, until: date | None) -> str:
    """The days of the filters in words: `2025`, `since 20 November 2026`."""
    if since and until:
        if (since, until) == (date(since.year, 1, 1), date(since.year, 12, 31)):
            return str(since.year)
        values = {"since": date_format(since), "until": date_format(until)}
        return _("%(since)s to %(until)s") % values
    if since:
        return _("Since %(day)s") % {"day": date_format(since)}
    return _("Until %(day)s") % {"day": date_format(until)} if until else ""


def _figure(papers: int, *, is_estimate: bool) -> str:
    """`84`; an estimate keeps two digits: `~1.2k`, `~80`."""
    if not is_estimate:
        return short_figure(papers)
    if papers >= 100:
        size = 10 ** (len(str(papers)) - 2)
        papers = round(papers / size) * size
    return f"~{short_figure(papers)}"
