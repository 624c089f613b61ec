"""Compose an edition: score its papers up to its close, render them and freeze the result."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import override

from newsletter.editions.cards.stored import draw_edition_card
from newsletter.editions.headings import earlier_headings
from newsletter.editions.rendering.fragments import (
    render_fragment,
    render_layout,
)
from newsletter.editions.rendering.inbox_line import (
    distinct_heading,
    room_for_title,
    subject_pattern,
)
from newsletter.editions.rendering.paper_context import without_placeholders
from newsletter.editions.translations import layout_context, translations, words_of_facts
from newsletter.editions.windows import WINDOW_OF, first_day_of
from newsletter.models import Candidate, Edition, EditionTranslation
from papers.cards.stored import MOST as MOST_CARDS
from papers.cards.stored import draw_cards
from papers.jobs.run import disabled_reason
from papers.jobs.status import is_awaited, is_running, unread
from papers.jobs.timetable import JOBS, VECTORS
from papers.lead import lead
from papers.models import Curator, Listing, Paper
from papers.queries import RankedPaper, ranked, ranked_beside
from papers.ranking.measurements import Facts
from papers.ranking.score import VERSION, score
from papers.ranking.window_papers import window_papers
from papers.text.tex import unicode_math
from papers.windows import Window, closes_at, last_closed_day
from web.isolation import is_about_one_row
from web.languages import DEFAULT_LANGUAGE
from web.locks import try_lock, wait_for_lock

MOST_CANDIDATES: Final = 500
LATE_DAYS: Final = 7  # older papers are no news
_LONGEST_RUN: Final = timedelta(minutes=10)  # of a job that reads a source
log = logging.getLogger(__name__)


class NotClosedYet(ValueError):
    """The edition's last day is not over, so it cannot be frozen."""


def compose(cadence: str, day: date, now: datetime) -> Edition:
    """Return the frozen edition of `cadence` whose last day is `day`; compose it if it is missing.

    Idempotent. Two calls at the same time are safe: the second waits for the first and returns
    the same edition.

    Raises:
        NotClosedYet: `day` is not over at `now`, in UTC.
    """
    if day > last_closed_day(now):
        raise NotClosedYet(
            f"The {cadence} edition of {day} closes at {closes_at(day):%Y-%m-%d %H:%M} UTC."
        )
    with transaction.atomic():
        wait_for_lock(_lock_name(cadence, day))
        edition, _ = Edition.objects.get_or_create(cadence=cadence, day=day)
        if edition.state == Edition.State.FROZEN:
            return edition
        return _freeze(edition, now)


def compose_when_ready(cadence: str, now: datetime) -> Edition | None:
    """The edition of a cadence that closed last; None while papers of its days may still come.

    None also while another process composes it: the next call finds it.

    It is composed as soon as each source has been read after the close, and after each earlier day
    of the window; or when that has taken longer than EDITION_PATIENCE. The patience begins with the
    first call after the close and not with the close: after an outage, or on a first start, the
    sources get their time as well.
    """
    edition, _ = Edition.objects.get_or_create(cadence=cadence, day=last_closed_day(now))
    if edition.state == Edition.State.FROZEN:
        return edition
    if edition.awaited_since is None:
        edition.awaited_since = now
        edition.save(update_fields=["awaited_since"])
    if _must_wait(edition, edition.awaited_since, now):
        return None
    if not Paper.objects.exists():
        return None
    with transaction.atomic():
        # Not waited for: a process that sleeps in the middle of it would stop every dispatch.
        if not try_lock(_lock_name(cadence, edition.day)):
            return None
        return compose(cadence, edition.day, now)


def _lock_name(cadence: str, day: date) -> str:
    return f"compose {cadence} {day}"


def missing_papers(edition: Edition) -> list[str]:
    """The jobs that may still bring papers of an edition's days; empty: all have read them."""
    return unread(JOBS, first_day_of(edition), edition.day)


def _must_wait(edition: Edition, since: datetime, now: datetime) -> bool:
    """Whether an edition is composed later. A source that is just being read is waited for.

    What it brings counts as read when the run began: before the freeze, and so it would be in no
    edition at all.
    """
    patience = timedelta(minutes=settings.EDITION_PATIENCE)
    if now >= since + patience + (_LONGEST_RUN if patience else patience):
        return False
    missing = missing_papers(edition)
    if missing:
        return now < since + patience or is_running(missing, now)
    return now < since + patience and _awaits_vectors(edition, now)


def _awaits_vectors(edition: Edition, now: datetime) -> bool:
    """Whether the vectors of papers that a source has just brought are being computed.

    A digest without them would ignore what its reader likes. It takes seconds: the newest papers
    come first. Where no source is on, the first mails of the sample need not wait.
    """
    if all(disabled_reason(spec) for spec in JOBS if spec.brings_papers):
        return False
    days = (first_day_of(edition), edition.day)
    without = Paper.listed.filter(listed_on__range=days, vector__isnull=True)
    return is_awaited(VECTORS, now) and without.exists()


def _freeze(edition: Edition, now: datetime) -> Edition:
    window = WINDOW_OF[edition.cadence]
    score(window, edition.day, now)
    notes = dict(edition.candidates.exclude(note="").values_list("paper", "note"))
    edition.candidates.all().delete()  # of an earlier attempt: see delivery/compose_again.py
    edition.translations.all().delete()
    late = late_papers(edition)
    curators = [curator.name for curator in Curator.objects.all()]
    with override(DEFAULT_LANGUAGE):  # whatever page or command composes it
        candidates = _candidates(edition, window, late, notes)
        _add_headings(edition, candidates)
        layout = render_layout(layout_context(edition, curators))
    Candidate.objects.bulk_create(candidates, batch_size=100)
    others = translations(edition, candidates, curators, late)
    EditionTranslation.objects.bulk_create(others)
    edition.html, edition.text = layout.html, layout.text
    edition.trend_version = VERSION
    edition.is_sample = any(candidate.paper.is_sample for candidate in candidates)
    edition.composed_at = now
    edition.state = Edition.State.FROZEN
    edition.save()
    # After the commit: pictures take seconds, and none of them may cost the edition.
    paper_ids = [candidate.paper_id for candidate in candidates[:MOST_CARDS]]
    # A lambda: Django logs the name of what fails, and a partial has none.
    transaction.on_commit(lambda: draw_cards(paper_ids, now), robust=True)
    transaction.on_commit(lambda: draw_edition_card(edition, now), robust=True)
    return edition


def _candidates(
    edition: Edition, window: Window, late: Mapping[int, date], notes: Mapping[int, str]
) -> list[Candidate]:
    """The papers of the edition. One that cannot be rendered is left out, and its place stays free.

    Args:
        late, notes: by paper.

    Raises:
        Exception: none of several papers can be rendered, so the papers are not the reason.
    """
    found, failures = list[Candidate](), list[Exception]()
    for place in _places(edition, window, late):
        try:
            note = notes.get(place.paper.pk, "")
            found.append(_candidate(edition, place, late.get(place.paper.pk), note))
        except Exception as error:  # any: a paper must not cost the edition
            if not is_about_one_row(error):
                raise
            failures.append(error)
            log.exception(
                "an error of ours: paper %s cannot be rendered, and the %s edition of %s goes "
                "without it", place.paper.pk, edition.cadence, edition.day,
            )  # fmt: skip
    if len(failures) > 1 and not found:
        raise failures[0]
    return found


def _add_headings(edition: Edition, candidates: Sequence[Candidate]) -> None:
    """Give each paper the text by which a subject names it: none that an edition before has."""
    earlier, room = earlier_headings(edition), room_for_title(subject_pattern())
    for candidate in candidates:
        own = {candidate.paper_id}
        taken = {heading for heading, papers in earlier.items() if papers - own}
        title, day = candidate.facts["title"], edition.day.isoformat()
        candidate.facts["heading"] = distinct_heading(title, taken, day, room)


def _candidate(
    edition: Edition, place: RankedPaper, late: date | None, note: str = ""
) -> Candidate:
    links = place.paper.topic_links.all()
    topics = [link.topic.name for link in links]
    facts = without_placeholders(
        frozen_facts(place.paper, place.facts) | words_of_facts(edition, late) | {"topics": topics}
    )
    fragment = render_fragment(place.position, facts, note)
    return Candidate(
        edition=edition,
        paper=place.paper,
        position=place.position,
        trend=place.trend or 0.0,
        components=place.components,
        topics={link.topic.slug: round(link.weight, 4) for link in links},
        facts=facts,
        html=fragment.html,
        text=fragment.text,
        note=note,
    )


def _places(edition: Edition, window: Window, late: Collection[int]) -> Iterator[RankedPaper]:
    """The papers of the window and the late ones, strongest trend first, counted from 1."""
    own = ranked(window, edition.day, limit=MOST_CANDIDATES)
    others = ranked_beside(window, edition.day, late) if late else []
    unscored = float("-inf")
    both = sorted(
        [*own, *others],
        key=lambda place: unscored if place.trend is None else place.trend,
        reverse=True,
    )
    for position, place in enumerate(both[:MOST_CANDIDATES], start=1):
        yield replace(place, position=position)


def frozen_facts(paper: Paper, measured: Facts) -> dict[str, Any]:
    """What a digest states about a paper, as JSON; a later change of the row changes nothing.

    With what translations.py adds in words, a `Candidate.facts`.
    """
    told = lead(paper)
    return {
        **measured,
        "title": unicode_math(paper.title),
        "authors": paper.authors,
        "organization": paper.organization,
        "summary": unicode_math(paper.summary),
        "lead": {"text": told.text, "source": told.source},
        "page_url": paper.get_absolute_url(),
        "arxiv_url": paper.arxiv_url,
        "is_sample": paper.is_sample,
    }


# ── papers that missed the edition of their day ──────────────────────────────


def late_papers(edition: Edition) -> dict[int, date]:
    """The late papers of an edition that is being composed, each with the last day of its lists.

    They came after the edition of their day was frozen: a source was down at the close, or the
    service was. An edition never changes after its freeze, so they are in the next one that a
    subscriber of the cadence gets, one window later. Empty when no earlier edition of the cadence
    is frozen: then nothing was missed.
    """
    until = first_day_of(edition) - timedelta(days=1)
    since = until - timedelta(days=LATE_DAYS - 1)
    previous = _edition_before(edition, since, until)
    if previous is None:
        return {}
    listings = Listing.objects.filter(_was_missed("day", "read_at", since, until, previous))
    announced = Paper.objects.filter(_was_missed("listed_on", "listed_at", since, until, previous))
    days = dict(announced.order_by().values_list("pk", "listed_on"))
    days |= dict(listings.order_by("day").values_list("paper", "day"))
    return {pk: days[pk] for pk in _others(edition, list(days))}


def _edition_before(edition: Edition, since: date, until: date) -> Edition | None:
    """The frozen edition that the subscribers of this one got before it, if it is recent."""
    frozen = Edition.objects.light().filter(
        cadence=edition.cadence, state=Edition.State.FROZEN, composed_at__isnull=False
    )
    return frozen.filter(day__range=(since, until)).order_by("-day").first()


def _was_missed(day: str, read_at: str, since: date, until: date, previous: Edition) -> Q:
    """Papers of these days that were read after the freeze, or of a day without an edition."""
    is_late = Q(**{f"{read_at}__gt": previous.composed_at}) | Q(**{f"{day}__gt": previous.day})
    return Q(**{f"{day}__range": (since, until)}) & is_late


def _others(edition: Edition, paper_ids: list[int]) -> QuerySet[Paper, int]:
    """Those that are not on the lists of the edition's own window, without withdrawn ones."""
    own = window_papers(WINDOW_OF[edition.cadence], edition.day).order_by().values("pk")
    found = Paper.listed.filter(pk__in=paper_ids).exclude(pk__in=own)
    return found.order_by("pk").values_list("pk", flat=True)
