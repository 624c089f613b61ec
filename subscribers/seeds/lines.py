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
# Each of these goes over a text once, match or not: one that a reader made up must not take hours.
_TAG: Final = re.compile(r"<[^<>]*>")
_ADDRESS: Final = re.compile(
    r"(?:href|src|rdf:resource|rdf:about)\s*=\s*[\"']?(?P<to>[^\"'\s<>]+)", re.IGNORECASE
)
_LONGEST_TAG: Final = 5_000  # without an address; what is longer is no tag
_HIDDEN: Final = re.compile(r"<(script|style|dcterms:abstract|abstract)\b", re.IGNORECASE)
# The number of a line in its list, "[12]", "12.", "•", and what stands after a title.
_NUMBER: Final = re.compile(r"^\s*(?:[-*•·–—>]+|\[[0-9]{1,4}\]|\(?[0-9]{1,4}[.)])\s+")
_YEAR: Final = re.compile(r"(?:\((?:19|20)[0-9]{2}[a-z]?\)|(?:19|20)[0-9]{2})$")
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
    return unescape(_TAG.sub(_address, _without_hidden(text)))


def _address(tag: re.Match[str]) -> str:
    """What stays of a tag: the address of its link, on a line of its own."""
    if found := _ADDRESS.search(tag[0]):
        return f"\n{found['to']}\n"
    return " " if len(tag[0]) <= _LONGEST_TAG else tag[0]


def _without_hidden(text: str) -> str:
    """A page without scripts and abstracts; one that is not closed stays."""
    kept, at, unclosed = list[str](), 0, set[str]()
    while found := _HIDDEN.search(text, at):
        name = found[1].lower()
        closing = None if name in unclosed else _closing(name).search(text, found.end())
        if closing is None:
            unclosed.add(name)  # nor is any later one
        kept.append(text[at : found.start() if closing else found.end()])
        at = closing.end() if closing else found.end()
    return " ".join([*kept, text[at:]])


def _closing(name: str) -> re.Pattern[str]:
    return re.compile(f"</{name}>", re.IGNORECASE)


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
    yield from dict.fromkeys([plain, _without_year(plain), *quoted, *long_parts])


def _without_year(text: str) -> str:
    """A title without the year after it, and without the punctuation around that."""
    return _bare(_YEAR.sub("", _bare(text)))


def _bare(text: str) -> str:
    end = len(text)
    while end and (text[end - 1].isspace() or text[end - 1] in ".,;:"):
        end -= 1
    return text[:end]
