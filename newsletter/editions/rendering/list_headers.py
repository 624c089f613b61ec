"""The headers of a digest (RFC 2369, 2919, 3834, 5322, 8058): as values, and as bytes with slots.

docs/sending.md says what each is for, and why some are not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

from django.conf import settings

from mail.headers import AUTOMATIC, address_header, feedback_id, token_header
from mail.inbound.addresses import unsubscribe_address
from newsletter.editions.rendering.slots import BytePieces, Slot, encoded_pieces

_CRLF: Final = "\r\n"
# The renderers whose digests had fewer headers: what they sent is rebuilt as it was.
_OLD_HEADERS: Final = ("1", "2", "3", "4")


class ListFacts(NamedTuple):
    """What the headers say of the service and of the edition: the same for all its readers."""

    list_id: str
    site: str
    inbound: str  # INBOUND_ADDRESS
    feedback_id: str
    renderer: str


def list_facts(renderer: str, feedback_id: str) -> ListFacts:
    """The facts of a digest of this renderer, by the settings."""
    site, inbound = settings.SITE_URL, settings.INBOUND_ADDRESS
    return ListFacts(settings.LIST_ID, site, inbound, feedback_id, renderer)


def digest_feedback_id(cadence: str, day: date) -> str:
    """The Feedback-ID of an edition's digests: the edition, its cadence, "digest", the sender.

    Gmail counts complaints by each of these identifiers, so none may stand in two fields, and none
    may belong to one reader. The cadence is part of the edition's: a daily and a weekly edition of
    one day are two.
    """
    return feedback_id(f"{cadence}-{day}", cadence, "digest")


def list_headers(message_id: str, date: str, token: str, facts: ListFacts) -> Mapping[str, str]:
    """Every header but From, To, Reply-To and Subject. `token`: the one to unsubscribe."""
    site = facts.site
    is_old = facts.renderer in _OLD_HEADERS
    one_click = f"<{site}/u/{token}>"
    headers = {
        "Message-ID": message_id,
        "Date": date,
        "List-Id": facts.list_id,
        "List-Unsubscribe": one_click if is_old else one_click + _by_mail(token),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{site}/>" if is_old else f"<{site}/about/>",
        "List-Archive": f"<{site}/>" if is_old else f"<{site}/editions/>",
    }
    return headers if is_old else {**headers, **_new_headers(facts)}


def _new_headers(facts: ListFacts) -> Mapping[str, str]:
    """List-Post is NO: readers cannot write to the others (RFC 2369)."""
    own = {"List-Subscribe": f"<{facts.site}/>", "List-Post": "NO"}
    if facts.feedback_id:
        own["Feedback-ID"] = facts.feedback_id
    # "bulk" and not "list": the oldest programs that reply to mail know only this word.
    return {**own, "Precedence": "bulk", **AUTOMATIC}


def _by_mail(token: str) -> str:
    """The second way to unsubscribe, for programs that make no POST; none without a mailbox."""
    before, slot, after = unsubscribe_address("\0").partition("\0")
    if not slot:
        return ""
    return f", <mailto:{quote(before, safe='+@')}{token}{after}?subject=unsubscribe>"


@lru_cache(maxsize=16)  # editions and renderers that a process sends at a time
def common_headers(sender: str, reply_to: str, facts: ListFacts) -> BytePieces:
    """The headers before the subject, split so that each slot is one item."""
    to, message_id, date = (slot.value for slot in (Slot.TO, Slot.MESSAGE_ID, Slot.DATE))
    lines = [address_header("From", sender), f"To: {to}"]
    if reply_to:
        lines.append(address_header("Reply-To", reply_to))
    headers = list_headers(message_id, date, Slot.UNSUBSCRIBE.value, facts)
    lines += [token_header(header, value) for header, value in headers.items()]
    return tuple(encoded_pieces(_CRLF.join([*lines, ""]).encode()))
