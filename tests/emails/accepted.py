"""What mails use although some mail programs do not know it: why, and what is seen there instead.

The tests refuse every other use, and every line of these tables that no mail needs any more.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Accepted(NamedTuple):
    """A feature that some programs do not know, or know in part.

    `clients`: patterns of "family platform", divided by ", ". `only`: a regular expression for
    "element | example" of a use; others stay refused.
    """

    feature: str
    clients: str
    reason: str
    only: str = ""


ANY: Final = "*"
GMAIL: Final = "gmail *"
WORD: Final = "outlook windows*"  # Outlook for Windows and Windows Mail: Word renders their mails
YAHOO: Final = "yahoo *"

_IMPROVES: Final = (
    "what stands in the style sheet only improves: dark colours, less space and larger links on "
    "phones. All else is in the elements' attributes"
)
_OUTLOOK_WEB: Final = (
    "only Outlook on the web sets this attribute, and what it then knows is enough"
)
_LIGHT: Final = "the light colours, or the program's own dark ones"
_HIDDEN: Final = "one of several ways to hide the preheader; another one of them works there"
_UNDERLINE: Final = "the program's own line below the letters"
_NARROW: Final = "long words are broken where the program can; titles are bounded everywhere"

ACCEPTED: Final = (
    # ── the style sheet ──
    Accepted("html-style", ANY, _IMPROVES),
    Accepted("css-at-media", ANY, _IMPROVES, r"@media \((max-width: \d+px|prefers-color-scheme)"),
    Accepted("css-at-media-prefers-color-scheme", ANY, _LIGHT),
    Accepted("css-color-scheme", ANY, _LIGHT),
    Accepted("html-meta-color-scheme", ANY, _LIGHT),
    Accepted("css-selector-class", GMAIL, _IMPROVES),
    Accepted("css-selector-descendant", GMAIL, _IMPROVES),
    Accepted("css-selector-grouping", GMAIL, _IMPROVES),
    Accepted("css-selector-type", GMAIL, _IMPROVES),
    Accepted("css-selector-attribute", ANY, _OUTLOOK_WEB, r"^\[data-ogsc\] [.\w]"),
    Accepted("css-important", ANY, "lower case, after a space, in the head", r" !important$"),
    # ── boxes ──
    Accepted("css-padding", WORD, "cells have it", r"^t[dh] \| "),
    Accepted(
        "css-padding", WORD, "the button's cell gives it to Word", r"^a \| padding: 13px 24px$"
    ),
    Accepted("css-padding", WORD, "none is what Word has", r": 0( 0){0,3}$"),
    Accepted(
        "css-margin", ANY, "positive ones of blocks", r"^(p|h\d|ul|ol|li|blockquote|div) \| [^-]+$"
    ),
    Accepted("css-margin", ANY, "more space beside a title on a phone", r"^\.title \| margin: -\d"),
    Accepted("css-margin", ANY, "positive ones on a phone", r"^\.top \| margin: [^-]+$"),
    Accepted("css-margin", ANY, "the body's own margin is small", r"^body \| margin: 0$"),
    Accepted("css-margin", ANY, "positive ones of tables", r"^table \| margin: [^-a]+$"),
    Accepted(
        "css-border", WORD, "thin, and on cells or tables", r"^(t[dh]|table) \| .*: [0-8](px)?\b"
    ),
    Accepted("css-border-radius", f"{WORD}, {YAHOO}", "square corners", r": \d+px$"),
    Accepted("css-background", f"{WORD}, {YAHOO}", "one colour", r"background: #[0-9a-f]{6}\b"),
    Accepted("css-width", WORD, "tables and cells have it", r"^(table|t[dh]) \| "),
    Accepted("html-width", WORD, "of tables and cells; no picture has one", r"^(table|t[dh]) \| "),
    Accepted("css-max-width", WORD, "on a table Word knows it", r"^table \| "),
    Accepted("css-table-layout", ANY, _NARROW),
    Accepted("css-overflow-wrap", ANY, _NARROW),
    Accepted("css-word-break", ANY, _NARROW),
    Accepted("css-display", ANY, "a value that they know", r": (none|block|inline-block)\b"),
    # ── the preheader ──
    Accepted("css-display-none", f"{GMAIL}, {WORD}", _HIDDEN, r"^div \| "),
    Accepted("css-max-height", WORD, _HIDDEN, r"^div \| max-height: 0"),
    Accepted("css-max-width", WORD, _HIDDEN, r"^div \| max-width: 0"),
    Accepted("css-overflow", ANY, _HIDDEN, r"^div \| overflow: hidden"),
    Accepted("css-opacity", ANY, _HIDDEN, r"^div \| opacity: 0"),
    # ── letters ──
    Accepted("css-font-size", ANY, "in pixels", r": (0|\d+px)( !important)?$"),
    Accepted("css-font-weight", ANY, "bold where the weight is unknown", r": (400|600|700|bold)$"),
    Accepted("css-line-height", WORD, "without a unit", r": [\d.]+$"),
    Accepted(
        "css-line-height", WORD, "of the button, more than its letters take", r"^a \| .*: 20px$"
    ),
    Accepted("css-letter-spacing", WORD, "a hundredth of a letter", r": -0\.01em$"),
    Accepted("css-sytem-ui", ANY, "the next font of the list"),
    Accepted("css-text-decoration", ANY, "one value", r": (none|underline)$"),
    Accepted("css-text-decoration-thickness", ANY, _UNDERLINE, r": 1px$"),
    Accepted("css-text-underline-offset", ANY, _UNDERLINE, r": 3px$"),
    # ── elements and attributes ──
    Accepted("html-align", "outlook macos", "centred", r"align=center$|^t[dh] \| "),
    Accepted("html-body", ANY, "a table inside has the same colours", r"^body \| <body>$"),
    Accepted("html-doctype", ANY, "they have one of their own"),
    Accepted("html-lang", YAHOO, "only on cells it is lost", r"^(html|p|h\d|a|span) \| "),
    Accepted("html-lists", ANY, "without `reversed` and `value`, which would be refused here"),
    Accepted("html-mailto-links", YAHOO, "only an address", r"mailto:[^?]+$"),
    Accepted("html-role", ANY, "on tables; elsewhere it is read as a table of one cell", r"^table"),
)

# What caniemail.com has no test of, each with what is known of it.
UNTESTED: Final = {
    "css-color": "every program knows it",
    "css-font-family": "every program knows it",
    "css-font-style": "every program knows it",
    "css-mso-hide": "Word's own; others leave it out",
    "css-mso-padding-alt": "Word's own; others leave it out",
    "html-a": "every program knows links",
    "html-border": "an attribute of tables since HTML 3",
    "html-br": "every program knows it",
    "html-charset": "the mail's header says the same",
    "html-content": "of a meta element",
    "html-data-css-inline": "an attribute that no program reads",
    "html-head": "every program reads or drops it",
    "html-href": "every program knows links",
    "html-html": "every program reads or drops it",
    "html-meta": "read or dropped",
    "html-name": "of a meta element",
    "html-title": "read or dropped",
}
