"""Curators' notes in pages and feeds: `{% load curators_notes %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from newsletter.editions.rendering.notes import note_html, note_line

register = template.Library()


@register.filter
def as_note(note: str) -> SafeString:
    """A note in Markdown as HTML without markup of its own: `{{ edition.note|as_note }}`."""
    return note_html(note)


@register.filter
def as_note_line(note: str) -> str:
    """Its words on one line, for lists: `{{ edition.note|as_note_line }}`."""
    return note_line(note)
