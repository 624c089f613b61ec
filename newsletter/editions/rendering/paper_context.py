"""What the templates of a paper's fragment say: its facts in words, with bounds, and as lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from newsletter.editions.rendering.notes import note_html, note_text
from newsletter.editions.rendering.slots import without_private_use
from papers.lead import stored_lead
from papers.text.plain_text import wrapped
from papers.text.shorten import place_to_cut, shortened
from papers.wording import author_line, short_figure, topic_text

INDENT: Final = "    "  # of the text part; a paper's rank stands in it: "10. Title"

# Gmail cuts a mail at 102 KB of HTML. What comes in is not bounded, so what is shown is: letters.
_LONGEST_TITLE: Final = 300
_LONGEST_TOPIC: Final = 60
_MOST_TOPICS: Final = 8
_LONGEST_NOTE_OF_PAPER: Final = 600


def paper_context(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as the templates of a paper use them."""
    clean: dict[str, Any] = without_placeholders(dict(facts))
    byline, figures = _byline(clean), _figures(clean)
    # Editions that were composed before there were leads have only the abstract.
    summary = stored_lead(clean.get("lead"), clean["title"], clean["summary"]).line
    title = shortened(clean["title"], _LONGEST_TITLE)
    return clean | {
        "title": title,
        "byline": byline,
        "summary": summary,
        "abstract": clean["summary"],
        # A line of a narrow screen does not end between the sign and its number.
        "figures": [figure.replace("▲ ", "▲\N{NO-BREAK SPACE}") for figure in figures],
        # The rank stands in the first line's indent; it is filled in when it is known.
        "title_lines": wrap_after_indent(title),
        "byline_lines": indented(byline),
        "summary_lines": indented(summary),
        "figures_lines": indented(" · ".join(figures)),
    }


def note_context(note: str) -> dict[str, Any]:
    note = cut_note(without_private_use(note), _LONGEST_NOTE_OF_PAPER)
    return {"note_html": note_html(note), "note_lines": note_text(note, INDENT)}


def _byline(facts: Mapping[str, Any]) -> str:
    """Authors, and the organisation where a source names one. Editions frozen earlier lack it."""
    authors = author_line(facts["authors"])
    organization = shortened(facts.get("organization") or "", _LONGEST_TOPIC)
    return " · ".join(part for part in (authors, organization) if part)


def _figures(facts: Mapping[str, Any]) -> list[str]:
    names = map(topic_text, facts["topics"][:_MOST_TOPICS])
    figures = [shortened(name, _LONGEST_TOPIC) for name in names]
    if facts["upvotes"] is not None:
        votes, gain = short_figure(facts["upvotes"]), facts["upvotes_gain"]
        words = _("▲ %(votes)s (+%(gain)s in a day)") if gain else "▲ %(votes)s"
        figures.append(words % {"votes": votes, "gain": short_figure(gain or 0)})
    if facts["is_sample"]:
        figures.append(_("sample data"))
    return figures


def cut_note(note: str, longest: int) -> str:
    """A note in at most so many letters; its lines stay."""
    note = note.strip()
    return note if len(note) <= longest else note[: place_to_cut(note, longest)].rstrip() + "…"


def without_placeholders(value: Any) -> Any:
    """A JSON value without characters of private use, which no font shows, in any of its texts."""
    if isinstance(value, str):
        return without_private_use(value)
    if isinstance(value, list | tuple):
        return [without_placeholders(one) for one in value]
    if isinstance(value, dict):
        return {without_placeholders(key): without_placeholders(it) for key, it in value.items()}
    return value


def indented(text: str) -> str:
    return wrapped(text, INDENT)


def wrap_after_indent(text: str) -> str:
    """Wrapped and indented; the first line has no indent, since a rank or a word stands there."""
    return indented(text).strip()
