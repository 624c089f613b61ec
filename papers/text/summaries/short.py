"""A one-sentence summary that a model wrote, made fit to be shown; or refused.

The text comes from outside, and a model may have been led to write anything. It is shown as plain
text, so no markup of it has an effect; what is removed here would only look odd.
"""

from __future__ import annotations

import re
from typing import Final

from papers.text.clean import fold
from papers.text.summaries.alternatives import any_of

LONGEST_SHORT: Final = 2_000  # letters; real ones have 200, and some are a whole abstract
_SHORTEST: Final = 20
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_EMPHASIS: Final = re.compile(r"\*\*|__|`")
_ITALICS: Final = re.compile(r"(?<![\w*])\*(\w(?:[^*]{0,80}\w)?)\*(?![\w*])")
_BULLET: Final = re.compile(r"(?:[-*•>]|#{1,6}|\d\.)\s+")
_LABEL: Final = re.compile(
    r"(?:(?:(?:sure|certainly|of course)[,!.]? )?here(?: is|'s|’s) (?:an?|the|your)[^:.]{0,80}:"
    r"|(?:tl;?\s?dr|summary|one[- ]sentence summary|short summary|abstract|answer|output"
    r"|contribution)\s*[:–—-])\s*",
    re.IGNORECASE,
)
_QUOTES: Final = (("“", "”"), ('"', '"'), ("«", "»"), ("'", "'"))
_REFUSAL: Final = re.compile(
    any_of(
        "(?:i'm |i’m |i am |we are )?(?:very )?sorry,apologies,unfortunately.? i\\b"
        ",as an? (?:ai|language|large),please (?:provide|send|share|paste),not available"
        ",i (?:cannot|can't|can’t|can not|am unable|do not have|don't have|was unable|could not)"
        ",(?:there is )?no (?:abstract|summary|text|tl;?dr|information|content)"
        ",(?:the )?(?:provided |given )?(?:abstract|text|paper|content) (?:is|was)"
        " (?:empty|missing|not|too short|incomplete)"
        ",(?:the )?(?:provided |given )?(?:abstract|text|paper) does not"
        " (?:contain|provide|include)"
        ",n/?a\\b\\W*$,(?:none|null|undefined)\\W*$,lorem ipsum"
    ),
    re.IGNORECASE,
)


def short_summary(text: str, title: str = "") -> str:
    """`text` as plain text on one line, without markup, labels and quotation marks around it.

    Empty when it is no summary: too short or too long, a refusal, or only the title again.
    """
    plain = _EMPHASIS.sub("", _TAG.sub("", fold(text[: 4 * LONGEST_SHORT])))
    found = _bare(_ITALICS.sub(r"\1", plain))
    is_summary = _SHORTEST <= len(found) <= LONGEST_SHORT and not _REFUSAL.match(found)
    is_title = found.casefold().rstrip(".") == fold(title).casefold().rstrip(".")
    return found if is_summary and not is_title else ""


def _bare(text: str) -> str:
    """Without a bullet, a label and quotation marks, in whatever order they stand around it."""
    for _ in range(3):
        text = text.strip()
        for pattern in (_BULLET, _LABEL):
            if found := pattern.match(text):
                text = text[found.end() :]
        for opening, closing in _QUOTES:
            inner = text[1:-1]
            if text[:1] == opening and text[-1:] == closing and opening not in inner:
                text = inner
    return text.strip()
