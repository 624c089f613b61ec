"""Example papers of the newest week, for pages that explain the topics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from papers.models import PaperTopic, Trend

_READ: Final = 200  # of the strongest papers; each family has its two among far fewer


def family_examples(number: int = 2) -> dict[str, list[str]]:
    """The titles of the strongest papers of the newest week, by `Topic.family`; TeX as stored.

    A paper stands for the family of its best topic, so none is named twice. Families without a
    paper are absent. Three queries, by the index trend_ranking.
    """
    week = Trend.objects.filter(window=Trend.Span.WEEK)
    day = week.order_by("-day").values_list("day", flat=True).first()
    if day is None:
        return {}
    listed = week.filter(day=day, paper__is_withdrawn=False).order_by("-value", "paper_id")
    titles = dict(listed.values_list("paper_id", "paper__title")[:_READ])
    return _first(number, titles, _families(titles))


def _families(papers: Iterable[int]) -> dict[int, str]:
    """The family of each paper's best topic."""
    links = PaperTopic.objects.filter(paper__in=papers, topic__is_active=True)
    by_weight = links.exclude(topic__family="").order_by("weight", "-topic__position")
    return dict(by_weight.values_list("paper_id", "topic__family"))  # the last one stays


def _first(number: int, titles: dict[int, str], families: dict[int, str]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for paper, title in titles.items():
        family = families.get(paper)
        if family and len(found[family]) < number:
            found[family].append(title)
    return dict(found)
