"""The links of a digest: /r/<token>/<number> and, to say something of a paper, /w/<token>/<number>.

No URL stands in a parameter: no open redirect.

The number counts the links of the edition, three to a paper, so a paper's fragment is the same in
every digest, whatever rank the paper has there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

_KINDS: Final = ("page", "arxiv", "code")
_SAYINGS: Final = ("more", "less", "save")  # in this order forever: mails hold these numbers


def addresses(position: int, facts: Mapping[str, Any], token: str) -> dict[str, str]:
    """The links of the paper at `position`, by kind; a kind without a target is left out."""
    by_kind = _by_kind(position, facts)
    return {kind: f"{settings.SITE_URL}/r/{token}/{number}" for kind, number in by_kind.items()}


def numbers(position: int, facts: Mapping[str, Any]) -> list[int]:
    """The numbers of these links."""
    return list(_by_kind(position, facts).values())


def _by_kind(position: int, facts: Mapping[str, Any]) -> dict[str, int]:
    first = position * len(_KINDS)
    return {kind: first + offset for offset, kind in enumerate(_KINDS) if facts.get(f"{kind}_url")}


def resolve(number: int) -> tuple[int, str]:
    """The position of the paper and the kind of the link that has this number."""
    position, offset = divmod(number, len(_KINDS))
    return position, _KINDS[offset]


def feedback_addresses(position: int, token: str) -> dict[str, str]:
    """The links that say something of the paper at `position`: more, less, save."""
    first = position * len(_SAYINGS)
    return {
        name: f"{settings.SITE_URL}/w/{token}/{first + offset}"
        for offset, name in enumerate(_SAYINGS)
    }


def resolve_feedback(number: int) -> tuple[int, str]:
    """The position of the paper and what the link with this number says of it."""
    position, offset = divmod(number, len(_SAYINGS))
    return position, _SAYINGS[offset]
