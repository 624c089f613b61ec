"""Which mail of ours a mail is about: the traces of it that the mail holds. Pure.

None is proved here. A Message-ID and a token hold a proof of their own, which their app verifies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from django.conf import settings

from mail.inbound.addresses import InboundAddress, parse_address
from mail.inbound.mime import Part

_T = TypeVar("_T")
_MOST: Final = 50
_LONGEST: Final = 100_000  # characters of one text that are searched
_RETURNED: Final = frozenset(
    {
        *("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"),
        *("message/global-headers", "message/partial"),
    }
)
_REPLIES: Final = ("in-reply-to", "references")
_UNSUBSCRIBE: Final = re.compile(r"/u/([A-Za-z0-9_=-]{20,60})")


def texts_of(mail: Part) -> list[str]:
    """What of it may name a mail of ours: its reports, the mail in it, and its own words."""
    texts = []
    for part in mail.walk(into_messages=True):
        if part is not mail:
            texts += [" ".join(values) for values in part.headers.values()]
        if not part.parts:
            texts.append(part.text()[:_LONGEST])
    return texts


def returned_texts(mail: Part) -> list[str]:
    """The headers of the mails in it, attached whole or as their headers alone."""
    texts = []
    for part in mail.walk():
        if part.kind in _RETURNED:
            inner = [value for one in part.parts for value in one.headers.values()]
            texts += [" ".join(values) for values in inner]
            if not part.parts:
                texts.append(part.text()[:_LONGEST])
    return texts


def replied_to(mail: Part) -> tuple[str, ...]:
    """The Message-IDs of ours that its headers name: In-Reply-To first, then the newest."""
    direct, others = (" ".join(mail.headers.get(name, [])) for name in _REPLIES)
    return _unique([*_message_ids(direct), *reversed(list(_message_ids(others)))])


def message_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """The Message-IDs of our domain in some texts, in their order, in angle brackets."""
    return _unique(one for text in texts for one in _message_ids(text))


def _message_ids(text: str) -> Iterator[str]:
    domain = re.escape(settings.MAIL_DOMAIN)
    pattern = (
        rf"(?<![A-Za-z0-9.])([a-z_]{{1,20}}\.\d{{1,18}}\.[0-9a-f]{{16,64}})@{domain}(?![\w.-]*\w)"
    )
    for found in re.finditer(pattern, text[:_LONGEST], re.IGNORECASE):
        yield f"<{found[1].lower()}@{settings.MAIL_DOMAIN}>"


def unsubscribe_links(texts: Iterable[str]) -> tuple[str, ...]:
    """The tokens at the end of addresses that look like our links to unsubscribe."""
    return _unique(found[1] for text in texts for found in _UNSUBSCRIBE.finditer(text[:_LONGEST]))


def our_addresses(texts: Iterable[str]) -> tuple[InboundAddress, ...]:
    """Our addresses with a token, wherever they stand: Return-Path, List-Unsubscribe."""
    local, _, domain = settings.INBOUND_ADDRESS.partition("@")
    if not local:
        return ()
    pattern = rf"(?<![\w.+-]){re.escape(local)}\+[bu]-[A-Za-z0-9_-]{{1,50}}@{re.escape(domain)}"
    places = (re.finditer(pattern, text[:_LONGEST], re.IGNORECASE) for text in texts)
    found = (parse_address(one[0]) for those in places for one in those)
    return _unique(one for one in found if one)


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))[:_MOST]
