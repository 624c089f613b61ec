"""Find the arXiv id in an id, an address of a paper, or a text that somebody pastes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final
from urllib.parse import unquote

from papers.text.clean import clean

_ARXIV_ID = re.compile(
    r"""(?: (?:https?://)? (?:[a-z]+\.)? arxiv\.org/ [a-z]+/
          | (?:https?://)? (?:www\.)? huggingface\.co/papers/
          | (?:https?://)? (?:dx\.)? (?:doi\.org/)? (?:doi:)? 10\.48550/arxiv\.
          | oai:arxiv\.org:
          | arxiv: \s*
        )?
        (?P<id> \d{4}\.\d{4,5}
          | (?P<archive>[a-z]{1,7}(?:-[a-z]{2,4})?) (?:\.[a-z-]+)? / (?P<number>\d{7}) )
        (?:v\d+)? (?:\.pdf)? [/?\#]? """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

# ── what people paste ────────────────────────────────────────────────────────────────

LONGEST_PASTE: Final = 4_000  # characters: a whole BibTeX entry has about a thousand
_YEAR_MONTH: Final = r"[0-9]{2}(?:0[1-9]|1[0-2])"
_ARCHIVES: Final = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con"
)
# No part of a longer number or word. Five digits follow the dot since 2015, four before.
_ANY_ID: Final = re.compile(
    rf"""(?<![0-9]) (?<![0-9][.,]) (?: (?<![a-z]) | (?<=arxiv) )
         (?: (?P<id> (?: 0[7-9]|1[0-4] ) (?:0[1-9]|1[0-2]) \. [0-9]{{4}}
                   | (?: 1[5-9]|[2-9][0-9] ) (?:0[1-9]|1[0-2]) \. [0-9]{{5}} )
           | (?P<archive> {"|".join(_ARCHIVES.split())} ) (?: \.[a-z]{{2}} )?
             / (?P<number> {_YEAR_MONTH} [0-9]{{3}} ) )
         (?: \.?v[0-9]+ )? (?: \. (?:pdf|md|html?|txt|json) \b )? (?![0-9a-z]) (?![.,][0-9])""",
    re.VERBOSE | re.IGNORECASE,
)
# Words that say that a number is an id, or a site that names papers by their arXiv ids.
_MARKER: Final = re.compile(
    r"arxiv|ar5iv|eprint|10\.48550|hugging\s?face|\bhf\.co|semantic\s?scholar", re.IGNORECASE
)
_OTHER_DOI: Final = re.compile(r"\b10\.(?!48550)[0-9]{4,}/")
_OTHER_DOI_WHOLE: Final = re.compile(r"\b10\.(?!48550)[0-9]{4,}/\S+")
_ADDRESS: Final = re.compile(
    r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/\S+", re.IGNORECASE
)
# What may stand beside an id that is the whole text: its kind of page, its class, its number in a
# list, punctuation.
_BESIDE_ID: Final = re.compile(
    rf"\[[a-z-]+(?:\.[a-z-]+)?\]|\b(?:{'|'.join(_ARCHIVES.split())})(?:\.[a-z-]{{2,}})?\b"
    r"|\A\s*[0-9]{1,2}[.)](?=\s)|\b(?:abs|pdf|html|papers?|id|v[0-9]+)\b|\W|_",
    re.IGNORECASE,
)


def arxiv_id(text: str) -> str | None:
    """The arXiv id in `text`, an id or an address of a paper, without version or subject class.

    None when there is none: "https://arxiv.org/pdf/1706.03762v5" gives "1706.03762",
    "math.GT/0309136v1" gives "math/0309136", "10.1000/182" gives None.
    """
    found = _ARXIV_ID.fullmatch(text.strip())
    return _stored_form(found) if found else None


def pasted_id(text: str) -> str | None:
    """The one arXiv id in what somebody pastes into a search, an address or a command.

    An id alone may have brackets, quotation marks or punctuation around it. Among words it counts
    only with a sign that it is one: an address, "arXiv:", a DOI, BibTeX. None for two different
    ids: that is no search for one paper. Sources are read with the strict `arxiv_id`.
    """
    cleaned = _cleaned(text[:LONGEST_PASTE])
    if found := arxiv_id(cleaned):
        return found
    places = list(_ANY_ID.finditer(cleaned))
    ids = {_stored_form(place) for place in places}
    if len(ids) != 1 or not _is_about_one(cleaned, places):
        return None
    return ids.pop()


def ids_in(text: str) -> list[str]:
    """Every arXiv id in `text`, each once and in its order, without versions or subject classes.

    Any number of the form of an id counts: for texts of people who were asked for papers. The
    numbers within DOIs of others are none.
    """
    plain = _OTHER_DOI_WHOLE.sub(" ", _cleaned(text))
    return list(dict.fromkeys(_stored_form(found) for found in _ANY_ID.finditer(plain)))


def _cleaned(text: str) -> str:
    """Full-width letters as plain ones, percent signs decoded, invisible characters removed."""
    plain = clean(unicodedata.normalize("NFKC", text))
    return " ".join((unquote(unquote(plain)) if "%" in plain else plain).split())


def _is_about_one(text: str, places: list[re.Match[str]]) -> bool:
    if _MARKER.search(text) or any(place["archive"] for place in places):
        return True
    if _OTHER_DOI.search(text):
        return False
    rest = "".join(_between(text, places))
    return bool(_ADDRESS.fullmatch(text)) or not _BESIDE_ID.sub("", rest)


def _between(text: str, places: list[re.Match[str]]) -> Iterator[str]:
    at = 0
    for place in places:
        yield f"{text[at : place.start()]} "
        at = place.end()
    yield text[at:]


def _stored_form(found: re.Match[str]) -> str:
    if found["archive"]:
        return f"{found['archive'].lower()}/{found['number']}"
    return found["id"]


def month_of(identity: str) -> date:
    """The first day of the month in which arXiv gave an id: 2311.04157 and math/0309136."""
    number = identity.rpartition("/")[2]
    year, month = int(number[:2]), int(number[2:4])
    # Ids have two digits of the year since 1991.
    return date(1900 + year if year > 90 else 2000 + year, min(max(month, 1), 12), 1)
