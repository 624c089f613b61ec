"""The headers of a digest (RFC 2369, 2919, 5322, 8058): as values, and as bytes with slots."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from mail.headers import address_header, token_header
from newsletter.editions.rendering.slots import BytePieces, Slot, encoded_pieces

_CRLF: Final = "\r\n"


def list_headers(
    message_id: str, date: str, token: str, list_id: str, site: str
) -> Mapping[str, str]:
    """Every header but From, To, Reply-To and Subject. `token`: the one to unsubscribe."""
    return {
        "Message-ID": message_id,
        "Date": date,
        "List-Id": list_id,
        "List-Unsubscribe": f"<{site}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": f"<{site}/>",
        "List-Archive": f"<{site}/>",
    }


@lru_cache(maxsize=1)
def common_headers(sender: str, reply_to: str, list_id: str, site: str) -> BytePieces:
    """The headers before the subject, split so that each slot is one item."""
    to, message_id, date = (slot.value for slot in (Slot.TO, Slot.MESSAGE_ID, Slot.DATE))
    lines = [address_header("From", sender), f"To: {to}"]
    if reply_to:
        lines.append(address_header("Reply-To", reply_to))
    token = Slot.UNSUBSCRIBE.value
    headers = list_headers(message_id, date, token, list_id, site)
    lines += [token_header(header, value) for header, value in headers.items()]
    return tuple(encoded_pieces(_CRLF.join([*lines, ""]).encode()))
