"""What a list, a page, a mail, a feed and the API show of a paper first: its lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from papers.text.mathml import math_html
from papers.text.shorten import shortened
from papers.text.summaries.contribution import contribution
from papers.text.tex import unicode_math

ABSTRACT: Final = "abstract"
MODEL: Final = "model"  # the language model that an operator configured
# Of a source's summary: 99 of 100 are shorter, and a longer one is mostly the abstract once more.
_LONGEST_WHOLE: Final = 320  # letters
_LONGEST_STORED: Final = 400  # a mail has room for so much, whatever was stored
_CREDITS: Final = {
    "hugging_face": gettext_noop("summary by Hugging Face’s model"),
    "semantic_scholar": gettext_noop("summary by Semantic Scholar’s model"),
    MODEL: gettext_noop("summary by a language model"),
}


class Described(Protocol):
    """What of a paper its lead is made of; a row of `Paper` is one."""

    title: str
    summary: str
    short_summary: str
    short_summary_source: str


@dataclass(frozen=True)
class Lead:
    """One or two sentences on what a paper contributes; all empty for a paper without a text.

    `text` has its formulas as Unicode and `html` as MathML. `source` is "abstract", or who wrote
    the summary: "hugging_face", "semantic_scholar", "model".
    """

    text: str
    source: str
    tex: str = ""

    @cached_property
    def html(self) -> SafeString:
        """For the text of a page, not for an attribute."""
        return math_html(self.tex or self.text)

    @property
    def credit(self) -> str:
        """Who wrote it, in the reader's language; empty when the paper's authors did."""
        return credit(self.source)

    @property
    def line(self) -> str:
        """The text with its credit, as a mail has it: "It reads. (summary by …)"."""
        return f"{self.text} ({self.credit})" if self.credit else self.text

    def __str__(self) -> str:
        return self.text


def lead(paper: Described) -> Lead:
    """The lead of a paper: a source's own short summary, else the abstract's best sentence."""
    return _lead(paper.title, paper.summary, paper.short_summary, paper.short_summary_source)


def lead_of_text(text: str, title: str = "") -> Lead:
    """The lead of an abstract alone."""
    return _lead(title, text, "", "")


def stored_lead(stored: Mapping[str, Any] | None, title: str, abstract: str) -> Lead:
    """A lead that was stored as {"text": …, "source": …}; None: that of the abstract.

    Raises:
        Exception: any, when these are no texts.
    """
    if stored is None:
        return lead_of_text(abstract, title)
    return Lead(shortened(stored["text"], _LONGEST_STORED), str(stored["source"]))


def credit(source: str) -> str:
    """ "summary by Hugging Face's model", in the reader's language; empty for the abstract."""
    return _(_CREDITS[source]) if source in _CREDITS else ""


@lru_cache(maxsize=4096)
def _lead(title: str, abstract: str, short: str, source: str) -> Lead:
    # Pages show the same papers again and again, and reading an abstract takes 0.7 ms.
    if short and source:
        is_whole = len(short) <= _LONGEST_WHOLE
        tex = " ".join(short.split()) if is_whole else contribution(title, short)
    else:
        tex, source = contribution(title, abstract), ABSTRACT
    text = unicode_math(tex)
    return Lead(text, source if text else "", tex)
