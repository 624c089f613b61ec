"""The stored share card of an edition: drawn when it was composed, and served.

There is one picture for all languages, since an address has one: its words are English, as the
titles on it are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import override

from newsletter.editions.windows import days_in_words, first_day_of
from newsletter.models import Candidate, Edition, EditionCard
from papers.cards.draw import draw_card
from papers.cards.stored import site_card_png
from web.languages import DEFAULT_LANGUAGE

_TITLES: Final = 3
_TITLE: Final = {
    "daily": "Trending papers, %s",
    "weekly": "Trending papers, week of %s",
    "monthly": "Trending papers, month of %s",
}


def draw_edition_card(edition: Edition, now: datetime) -> None:
    """Draw the card of a frozen edition and store it, in the place of an earlier one.

    One without papers gets none. Takes 0.1 s, most of it for the letters.

    Raises:
        papers.cards.draw.CannotDraw: a font is missing.
    """
    facts = edition.candidates.order_by("position").values_list("facts", flat=True)
    titles = [title for one in facts[:_TITLES] if (title := _title_of(one))]
    if not titles:
        return
    with override(DEFAULT_LANGUAGE):
        png = draw_card(
            _TITLE[edition.cadence] % short_days(first_day_of(edition), edition.day),
            _count(edition.candidates.count()),
            f"{edition.cadence.capitalize()} edition, {days_in_words(edition)}",
            listed=titles,
        )
    EditionCard.objects.update_or_create(edition=edition, defaults={"png": png, "drawn_at": now})


def edition_card(edition: Edition) -> bytes:
    """The PNG of an edition; that of the site where none was drawn.

    Also that of the site when a paper on it was withdrawn since: a picture cannot leave it out.
    """
    first = Candidate.objects.filter(edition=edition).order_by("position")
    if any(first.values_list("paper__is_withdrawn", flat=True)[:_TITLES]):
        return site_card_png()
    found = EditionCard.objects.filter(pk=edition.pk).values_list("png", flat=True).first()
    return bytes(found) if found else site_card_png()


def short_days(first: date, last: date) -> str:
    """The days without their year, in the active language: "29 November", "23–29 November"."""
    end = date_format(last, "MONTH_DAY_FORMAT")
    if first == last:
        return end
    if first.month == last.month:
        return f"{date_format(first, 'DAY_FORMAT')}–{end}"
    return f"{date_format(first, 'MONTH_DAY_FORMAT')} – {end}"


def _title_of(facts: Mapping[str, Any]) -> str:
    title = facts.get("title")
    return title if isinstance(title, str) else ""


def _count(papers: int) -> str:
    return f"{papers} papers" if papers > 1 else "1 paper"
