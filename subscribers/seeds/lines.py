"""The lines of a text without a format: ids, addresses, references, titles; also a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from papers.text.clean import fold
from papers.text.shorten import shortened
from subscribers.seeds.identities import Identity, papers_in
from subscribers.seeds.reference import Reference

_MARKUP: Final = re.compile(
    r"<(?:!doctype|html|body|div|p|a|li|ul|table|span|rdf:|xml|\?xml)\b", re.IGNORECASE
)
_ADDRESS_OF_TAG: Final = re.compile(
    r"<[^<>]{0,2000}?(?:href|src|rdf:resource|rdf:about)\s*=\s*[\"']?(?P<to>[^\"'\s<>]+)[^<>]*>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<[^<>]{0,5000}>")
_HIDDEN: Final = re.compile(
    r"<(script|style|dcterms:abstract|abstract)\b.{0,100000}?</\1>", re.IGNORECASE | re.DOTALL
)
# The number of a line in its list, "[12]", "12.", "•", and what stands after a title.
_NUMBER: Final = re.compile(r"^\s*(?:[-*•·–—>]+|\[[0-9]{1,4}\]|\(?[0-9]{1,4}[.)])\s+")
_AFTER: Final = re.compile(r"[\s.,;:]*(?:\((?:19|20)[0-9]{2}[a-z]?\)|(?:19|20)[0-9]{2})?[\s.,;:]*$")
_QUOTED: Final = re.compile(r"[\"“„«]([^\"“”„«»]{8,400})[\"”“»]")
_PARTS: Final = re.compile(r"[.?!]\s+|\s+[-–—|/]\s+|\t+|\s{3,}|,\s*[\"“”]")
# Papers with Code named its pages after the title: /paper/attention-is-all-you-need.
_SLUG: Final = re.compile(r"paperswithcode\.com/paper/(?P<slug>[a-z0-9-]{8,300})", re.IGNORECASE)
_LONGEST: Final = 4_000  # characters of a line that are read for titles
_MOST_PARTS: Final = 8
_SHOWN: Final = 80
_COMMENT: Final = ("#", "%", "//", "<!--")


def is_markup(text: str) -> bool:
    """Whether a text is a part of a web page, or XML."""
    return bool(_MARKUP.search(text[:20_000]))


def without_markup(text: str) -> str:
    """A web page as text, with the addresses of its links; scripts and abstracts are left out."""
    text = _HIDDEN.sub(" ", text)
    return unescape(_TAG.sub(" ", _ADDRESS_OF_TAG.sub(lambda found: f"\n{found['to']}\n", text)))


def references(text: str) -> Iterator[Reference]:
    """What each line says: one reference for each id of it, else its possible titles."""
    for number, line in enumerate(text.splitlines(), 1):
        shown = shortened(fold(line), _SHOWN)
        if not shown or (shown.startswith(_COMMENT) and not papers_in(line)):
            continue
        if found := _papers(line):
            yield from (Reference(number, shown, identity) for identity in found)
        else:
            yield Reference(number, shown, None, tuple(_titles(line[:_LONGEST])))


def _papers(line: str) -> list[Identity]:
    """The papers of a line. A reference in words may give one paper's arXiv id and its DOI."""
    found = papers_in(line)
    arxiv = [one for one in found if one.kind == "arxiv"]
    is_sentence = len(line.split()) > 5
    return arxiv if is_sentence and len(arxiv) == 1 and len(found) == 2 else found


def _titles(line: str) -> Iterator[str]:
    """What of a line may be a title: all of it, what is quoted, and its parts."""
    if found := _SLUG.search(line):
        yield found["slug"].replace("-", " ")
        return
    plain = _NUMBER.sub("", line).strip()
    quoted = [found[1].rstrip(".,") for found in _QUOTED.finditer(plain)]
    parts = [part.strip(" .,;") for part in _PARTS.split(plain)]
    long_parts = [part for part in parts if len(part.split()) > 2][:_MOST_PARTS]
    yield from dict.fromkeys([plain, _AFTER.sub("", plain), *quoted, *long_parts])
