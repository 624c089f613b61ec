"""What identifies papers in a text: arXiv ids, DOIs, and the lists of an author.

An address only carries an id: its host is never asked for anything, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from papers.text.arxiv_ids import arxiv_id, ids_in
from papers.text.clean import clean

Kind = Literal["arxiv", "doi", "orcid", "author"]
LONGEST: Final = 200  # characters of a value; real DOIs have up to about a hundred

_DOI: Final = re.compile(r"(?<![0-9.])10\.[0-9]{4,9}/[^\s\"<>{}|\\^`?#&]{1,300}", re.IGNORECASE)
_CUT: Final = 300  # a match of this length goes on: it is no DOI
_ARXIV_DOI: Final = re.compile(r"10\.48550/arxiv\.(?P<id>\S+)", re.IGNORECASE)
# What publishers' addresses append to a DOI: the kind of page, and bioRxiv's version.
_PAGE_OF_DOI: Final = re.compile(
    r"(?:/(?:full|abstract|abs|pdf|epdf|html|meta|full-text|summary|references|fulltext(?:\.pdf)?))+$"
    r"|(?<=\d)(?:v\d+)?(?:\.(?:full|abstract|full-text|pdf|html?))+$|(?<=\d{6})v\d+$",
    re.IGNORECASE,
)
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
# aclanthology.org: the conferences of the Association register their papers under this name.
_ACL: Final = re.compile(
    r"\b(?:aclanthology\.org|aclweb\.org/anthology)/(?P<id>[A-Z][0-9]{2}-[0-9]{4}"
    r"|[0-9]{4}\.[a-z0-9_]+-[a-z0-9]+\.[0-9]+)(?:\.pdf)?(?![a-z0-9])",
    re.IGNORECASE,
)
_ORCID: Final = re.compile(r"(?<![\w-])[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X](?![\w-])")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_AUTHOR: Final = re.compile(
    r"(?:arxiv\.org/a/|^)(?P<name>[a-z][a-z_\-']{0,80}_[a-z]_[0-9]{1,3})(?:\.(?:atom2?|js|html))?/?$",
    re.IGNORECASE,
)
_AUTHOR_BY_ORCID: Final = re.compile(r"arxiv\.org/a/(?P<orcid>[0-9X-]{19})", re.IGNORECASE)


class Identity(NamedTuple):
    """A paper, by its arXiv id or its DOI; or a list of papers, by an ORCID iD or an arXiv author.

    Values are in the one form in which they are stored and asked for: a DOI in lower case.
    """

    kind: Kind
    value: str


def papers_in(text: str) -> list[Identity]:
    """The papers that a text names, each once: its arXiv ids, then its other DOIs."""
    arxiv = [Identity("arxiv", value) for value in ids_in(text)]
    dois = [Identity("doi", value) for value in dois_in(text)]
    return list(dict.fromkeys([*arxiv, *dois]))


def lists_in(text: str) -> list[Identity]:
    """The lists of papers that a line names: ORCID iDs, and the page of an arXiv author."""
    line = _plain(text).strip()
    if found := _AUTHOR_BY_ORCID.search(line):
        orcid = found["orcid"].upper()
        return [Identity("author", orcid)] if is_orcid(orcid) else []
    authors = [Identity("author", found["name"].lower()) for found in _AUTHOR.finditer(line)]
    dashed = _DASHES.sub("-", line).upper()
    orcids = [found for found in _ORCID.findall(dashed) if is_orcid(found)]
    return list(dict.fromkeys([*authors, *(Identity("orcid", one) for one in orcids)]))


def dois_in(text: str) -> Iterator[str]:
    """Every DOI in a text, in lower case, without those of arXiv, which are arXiv ids."""
    plain = _plain(text)
    for found in _DOI.finditer(plain):
        doi = _trimmed(found[0]).lower() if len(found[0]) < _CUT else ""
        if doi and not _ARXIV_DOI.match(doi) and len(doi) <= LONGEST and not doi.endswith("/"):
            yield doi
    for found in _ACL.finditer(plain):
        name = found["id"]
        yield f"10.18653/v1/{name}".lower()


def is_doi(text: str) -> bool:
    """Whether a text is one DOI and nothing else, in the form that `papers_in` gives."""
    return len(text) <= LONGEST and bool(_DOI.fullmatch(text))


def is_orcid(text: str) -> bool:
    """Whether an ORCID iD has the right check digit (ISO 7064, mod 11-2): typing slips have not."""
    if not _ORCID.fullmatch(text):
        return False
    digits = text.replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return digits[-1] == "0123456789X"[(12 - total % 11) % 11]


def arxiv_of_doi(doi: str) -> str | None:
    """The arXiv id of a DOI that arXiv registered; None for any other."""
    found = _ARXIV_DOI.fullmatch(doi)
    return arxiv_id(found["id"]) if found else None


def _plain(text: str) -> str:
    plain = clean(unescape(text))
    return unquote(unquote(plain)) if "%" in plain else plain


def _trimmed(doi: str) -> str:
    """A DOI as a sentence or an address contains it, without what stands after it."""
    while True:
        last = doi[-1:]
        unopened = last in _CLOSING and doi.count(last) > doi.count(_CLOSING[last])
        if unopened or last in ".,;:'*_~…”’»":
            doi = doi[:-1]
        else:
            break
    return _PAGE_OF_DOI.sub("", doi)
