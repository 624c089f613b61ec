"""Write curators' notes into a frozen edition: what it has rendered is rendered again with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import override

from newsletter.editions.rendering.fragments import render_fragment, render_layout
from newsletter.editions.translations import TRANSLATED_FACTS, layout_context
from newsletter.models import Candidate, Edition, EditionTranslation
from papers.models import Curator
from web.languages import DEFAULT_LANGUAGE


def write_notes(edition: Edition, note: str, notes: Mapping[int, str]) -> None:
    """Store the note of the edition and those of some of its papers, in each language.

    Nothing may have been sent of it, since a digest is built again from what is stored here.

    Args:
        notes: by position. A paper that is not named keeps its note.
    """
    candidates = _changed(edition, notes)
    is_new = note != edition.note
    edition.note = note
    curators = [curator.name for curator in Curator.objects.all()] if is_new else []
    with override(DEFAULT_LANGUAGE):
        if is_new:
            layout = render_layout(layout_context(edition, curators))
            edition.html, edition.text = layout.html, layout.text
        for one in candidates:
            fragment = render_fragment(one.position, one.facts, one.note)
            one.html, one.text = fragment.html, fragment.text
    edition.save(update_fields=["note", "html", "text"])
    Candidate.objects.bulk_update(candidates, ["note", "html", "text"])
    for translation in edition.translations.all():
        with override(translation.language):
            if is_new:
                layout = render_layout(layout_context(edition, curators))
                translation.html, translation.text = layout.html, layout.text
            _render_papers(translation, candidates)
        translation.save()


def _changed(edition: Edition, notes: Mapping[int, str]) -> list[Candidate]:
    """The candidates that get another note than they have."""
    found = []
    for candidate in edition.candidates.filter(position__in=notes):
        if notes[candidate.position] != candidate.note:
            candidate.note = notes[candidate.position]
            found.append(candidate)
    return found


def _render_papers(translation: EditionTranslation, candidates: Sequence[Candidate]) -> None:
    for one in candidates:
        paper = translation.papers.get(str(one.position))
        if paper is None:  # only the default language shows it
            continue
        words = {name: paper[name] for name in TRANSLATED_FACTS}
        fragment = render_fragment(one.position, {**one.facts, **words}, one.note)
        translation.papers[str(one.position)] = paper | {
            "html": fragment.html,
            "text": fragment.text,
        }
