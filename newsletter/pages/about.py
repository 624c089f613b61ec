"""The page about the site: who curates, how papers are ranked, where they come from.

Every number is read from the code that uses it, so that the page cannot say something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from newsletter.editions import personalize
from papers.jobs.run import disabled_reason
from papers.jobs.schedule import JobSpec
from papers.jobs.timetable import JOBS
from papers.models import Curator, Signal
from papers.ranking import score
from papers.ranking.weights import Weights
from papers.windows import WINDOWS, Window
from papers.wording import source_name

Kind = Signal.Kind

# What a reader sees of each signal, the strongest first. Nothing counts clicks: so their weight
# decides nothing, and the page does not name it.
_SIGNALS: Final[dict[str, str | Promise]] = {
    Kind.UPVOTES: _("votes for it"),
    Kind.STARS: _("stars that its code has gained since we first saw it"),
    Kind.COMMENTS: _("comments on it"),
    Kind.VOTES: _("readers of this site who like it, up to a limit"),
    Kind.ARTEFACTS: _("models, datasets and demos that link to it"),
    Kind.CITATIONS: _("citations that it has gained since we first saw it"),
}
# What each source gives, and its site.
_SOURCES: Final[dict[str, tuple[str | Promise, str]]] = {
    "hugging_face": (
        _("the daily papers, with their votes, comments and links"),
        "https://huggingface.co/papers",
    ),
    "arxiv": (_("titles, abstracts, authors and categories"), "https://arxiv.org/"),
    "github": (_("the stars of their code"), "https://github.com/"),
    "semantic_scholar": (_("citations"), "https://www.semanticscholar.org/"),
}


@dataclass(frozen=True, slots=True)
class SignalWeight:
    name: str | Promise
    weight: float


@dataclass(frozen=True, slots=True)
class Source:
    """A source that is on. Its links and words are empty where this page knows none."""

    name: str
    what: str | Promise
    url: str
    is_hourly: bool


@dataclass(frozen=True, slots=True)
class AboutPage:
    curators: Sequence[Curator]
    signals: Sequence[SignalWeight]
    half_lives: Sequence[str]
    half_attention_hours: int
    weekend_percent: int
    burst: int
    places_to_hold: int
    version: str
    topic: float
    keyword: float
    author: float
    sources: Sequence[Source]
    patience_minutes: int
    code_url: str


def about_page(weights: Weights | None = None, jobs: Iterable[JobSpec] = JOBS) -> AboutPage:
    """The values of the page. One query, for the curators."""
    weights = weights or score.weights()
    return AboutPage(
        curators=list(Curator.objects.all()),
        signals=_signals(weights),
        half_lives=[_half_life(window, weights.half_life[window]) for window in WINDOWS],
        half_attention_hours=round(weights.attention_half * 24),
        weekend_percent=round(weights.weekend * 100),
        burst=round(weights.burst),
        places_to_hold=weights.places_to_hold,
        version=score.version(),
        topic=personalize.TOPIC,
        keyword=personalize.KEYWORD,
        author=personalize.AUTHOR,
        sources=_sources(jobs),
        patience_minutes=settings.EDITION_PATIENCE,
        code_url=settings.CODE_URL,
    )


def _half_life(window: Window, days: float) -> str:
    """After how many days a vote counts half, in a sentence."""
    count = 1 if days == 1 else 2  # half a day is plural too
    sentence = {
        "day": ngettext(
            "In the list of a day, a vote counts half after %(days)s day.",
            "In the list of a day, a vote counts half after %(days)s days.",
            count,
        ),
        "week": ngettext(
            "In the list of a week, a vote counts half after %(days)s day.",
            "In the list of a week, a vote counts half after %(days)s days.",
            count,
        ),
        "month": ngettext(
            "In the list of a month, a vote counts half after %(days)s day.",
            "In the list of a month, a vote counts half after %(days)s days.",
            count,
        ),
    }[window]
    return sentence % {"days": floatformat(days, -1)}


def _signals(weights: Weights) -> list[SignalWeight]:
    found = [SignalWeight(name, getattr(weights, kind)) for kind, name in _SIGNALS.items()]
    counted = [one for one in found if one.weight]
    return sorted(counted, key=lambda one: -one.weight)


def _sources(jobs: Iterable[JobSpec]) -> list[Source]:
    """The sources that the settings switch on, in the order of the timetable."""
    enabled = [spec for spec in jobs if spec.source and not disabled_reason(spec)]
    names = dict.fromkeys(spec.source for spec in enabled)
    return [_source(name, [spec for spec in enabled if spec.source == name]) for name in names]


def _source(name: str, jobs: Sequence[JobSpec]) -> Source:
    what, url = _SOURCES.get(name, (", ".join(spec.what for spec in jobs), ""))
    is_hourly = any(spec.slot.hour is None for spec in jobs)
    return Source(source_name(name), what, url, is_hourly)
