"""What an edition says in words: in the default language, and then in each other one.

An edition is rendered once for each language of the site, whether or not somebody reads it yet: a
reader who signs up in the next hour gets it in theirs. Each language takes half as long again as
the default one, and 300 KB for 500 papers instead of 2.5 MB. The default language is stored with
the edition and its candidates, and each other one in a row beside them, so that a process loads
only the languages of the readers whom it sends to.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from newsletter.editions.rendering.fragments import (
    Layout,
    PaperFragment,
    render_fragment,
    render_layout,
)
from newsletter.editions.rendering.paper_context import without_placeholders
from newsletter.editions.windows import WINDOW_OF, days_in_words, this_window
from newsletter.models import Candidate, Edition, EditionTranslation
from web.isolation import is_about_one_row
from web.languages import DEFAULT_LANGUAGE, language_codes

log = logging.getLogger(__name__)
TRANSLATED_FACTS: Final = ("since", "late")  # facts of a candidate that are words


@dataclass(frozen=True)
class EditionTexts:
    """What an edition says in one language. By position, which stays when two papers are merged.

    `translated`: whose fragment and facts are in that language; the others are in the default one.
    """

    language: str
    layout: Layout
    fragments: Mapping[int, PaperFragment]
    facts: Mapping[int, Mapping[str, Any]]
    translated: Collection[int]


def layout_context(edition: Edition, curators: Sequence[str]) -> dict[str, Any]:
    """What `render_layout` takes, in the active language."""
    return {
        "edition": edition,
        "note": edition.note,
        "span": days_in_words(edition),
        "byline": byline(curators),
        "postal_address": settings.POSTAL_ADDRESS,
    }


def byline(curators: Sequence[str]) -> str:
    """ "by AK and the research community", as on the front page."""
    if not curators:
        return _("by the research community")
    return _("by %(names)s and the research community") % {"names": ", ".join(curators)}


def words_of_facts(edition: Edition, late: date | None) -> dict[str, str]:
    """The TRANSLATED_FACTS of a candidate, in the active language.

    Args:
        late: the day of the list of a paper that missed the edition of that day.
    """
    return {
        "since": this_window(WINDOW_OF[edition.cadence]),
        "late": date_format(late, "MONTH_DAY_FORMAT") if late else "",
    }


def translations(
    edition: Edition,
    candidates: Sequence[Candidate],
    curators: Sequence[str],
    late: Mapping[int, date],
) -> Iterator[EditionTranslation]:
    """The edition in each language but the default one; nothing is stored.

    Args:
        late: paper id → the day whose edition the paper missed.
    """
    for language in sorted(language_codes() - {DEFAULT_LANGUAGE}):
        with override(language):
            layout = render_layout(layout_context(edition, curators))
            found = [(it, _paper(edition, it, late.get(it.paper_id))) for it in candidates]
        papers = {str(it.position): paper for it, paper in found if paper}
        yield EditionTranslation(
            edition=edition, language=language, html=layout.html, text=layout.text, papers=papers
        )


def _paper(edition: Edition, candidate: Candidate, late: date | None) -> dict[str, str] | None:
    """A candidate in the active language; None where only the default language renders it."""
    words = without_placeholders(words_of_facts(edition, late))
    try:
        facts = {**candidate.facts, **words}
        fragment = render_fragment(candidate.position, facts, candidate.note)
    except Exception as error:  # any: a paper must not cost the edition
        if not is_about_one_row(error):
            raise
        log.exception(
            "an error of ours: paper %s cannot be rendered in another language, and the %s edition "
            "of %s shows it in the default one there",
            candidate.paper_id, edition.cadence, edition.day,
        )  # fmt: skip
        return None
    return {**words, "html": fragment.html, "text": fragment.text}


def in_language(language: str, edition_id: int, default: EditionTexts) -> EditionTexts:
    """What an edition says in a language; the default texts if it was not translated."""
    stored = EditionTranslation.objects.filter(edition=edition_id, language=language)
    translation = stored.first()
    if translation is None:
        return default
    fragments, facts = dict(default.fragments), dict(default.facts)
    translated = set[int]()
    for key, paper in translation.papers.items():
        position = int(key)
        if position not in fragments:  # its candidate was deleted, or cannot be chosen
            continue
        fragments[position] = replace(fragments[position], html=paper["html"], text=paper["text"])
        words = {name: paper[name] for name in TRANSLATED_FACTS}
        facts[position] = {**facts[position], **words}
        translated.add(position)
    layout = Layout(translation.html, translation.text)
    return EditionTexts(language, layout, fragments, facts, translated)
