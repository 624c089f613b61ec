"""Find the arXiv id in an id, an address of a paper, or what people paste."""

from __future__ import annotations

import re
from datetime import date

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
    re.VERBOSE | re.IGNORECASE,
)


def arxiv_id(text: str) -> str | None:
    """The arXiv id in `text`, an id or an address of a paper, without version or subject class.

    None when there is none: "https://arxiv.org/pdf/1706.03762v5" gives "1706.03762",
    "math.GT/0309136v1" gives "math/0309136", "10.1000/182" gives None.
    """
    found = _ARXIV_ID.fullmatch(text.strip())
    if not found:
        return None
    if found["archive"]:
        return f"{found['archive'].lower()}/{found['number']}"
    return found["id"]


def month_of(identity: str) -> date:
    """The first day of the month in which arXiv gave an id: 2311.04157 and math/0309136."""
    number = identity.rpartition("/")[2]
    year, month = int(number[:2]), int(number[2:4])
    # Ids have two digits of the year since 1991.
    return date(1900 + year if year > 90 else 2000 + year, min(max(month, 1), 12), 1)
