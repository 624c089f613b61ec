"""The style of all mails, as attributes of their elements: many mail programs remove the rest.

static/mail.css holds the rules. @media rules stay in the head, for dark mode and narrow screens.
Once for an edition's layout and once for each of its papers, never for a message: inlining takes a
millisecond.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import css_inline
from django.contrib.staticfiles import finders

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


def inlined(html: str) -> str:
    """A whole page with the rules of mail.css as style attributes; @media rules stay."""
    inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, extra_css=_style())
    return inliner.inline(html)


def inlined_fragment(html: str) -> str:
    """The same for a part of a page."""
    return css_inline.inline_fragment(html, css=_style())


def _style() -> str:
    path = finders.find("mail.css")
    if path is None:
        raise FileNotFoundError("static/mail.css")
    return _COMMENT.sub("", Path(str(path)).read_text())
