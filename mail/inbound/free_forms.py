"""Returned mails without a standard report: Exim, qmail, Exchange, Yahoo and others. Pure.

flufl.bounce knows their forms and finds the addresses. What the server said of each stands around
the address in the text.
"""

from __future__ import annotations

import logging
import re
from email import message_from_bytes
from typing import Final

from flufl.bounce import all_failures

from mail.inbound.hardness import hardness_of
from mail.inbound.header_text import addresses_in
from mail.inbound.incoming import Failure
from mail.inbound.mime import Part

_READ: Final = 60_000  # bytes: such reports are short, and its patterns read line by line
_MOST: Final = 20
_AFTER: Final = 900  # characters behind an address that may be about it
_BEFORE: Final = 300
# Where the returned mail begins: nothing behind it is a server's word.
_RETURNED: Final = re.compile(
    r"^[ \t>-]*(?:-{3,} ?(?:this is a copy|original message|below this line|returned|unsent|"
    r"the header|headers? follow|message header)|included is a copy|return-path: ?<|"
    r"received: from |here is your (?:message|returned mail)|original message follows)",
    re.IGNORECASE | re.MULTILINE,
)
_ENHANCED: Final = re.compile(r"(?<![\d.])([45]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
_ANSWER: Final = re.compile(r"(?<![\w.])[45]\d\d[ -]+(?:#?[45]\.\d|\S)")
_DELAYED: Final = re.compile(
    r"delay|not yet been delivered|(?:will|still) (?:be )?(?:retr|try|keep)|"
    r"warning: could not send|no action is required|postponed|verzögert|retard[ée]",
    re.IGNORECASE,
)
_GAVE_UP: Final = re.compile(
    r"giving up|given up|could not be delivered|permanent(?:ly)? (?:fail|error|fatal)|"
    r"undeliverable|delivery (?:has )?failed|retry timeout exceeded",
    re.IGNORECASE,
)
_DAEMONS: Final = frozenset(
    {"mailer-daemon", "mailerdaemon", "postmaster", "mail-daemon", "mdaemon", "maildaemon"}
)
# Its own log names the addresses; nothing else of this service may be logged with one.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


def is_from_daemon(mail: Part) -> bool:
    """Whether a mail server wrote it: no return path, or the name of one as sender."""
    if any(one.strip() in ("<>", "") for one in mail.headers.get("return-path", [])):
        return True
    senders = addresses_in(mail.headers.get("from", []))
    return bool(senders) and senders[0].partition("@")[0].lower() in _DAEMONS


def read_free_form(mail: Part, raw: bytes, *, is_for_bounces: bool) -> tuple[Failure, ...]:
    """What a mail that a server returned says of each recipient; empty: it is none.

    Args:
        mail: taken apart.
        raw: the same as it arrived.
        is_for_bounces: it came to one of our return paths, or from a server, which may write in any
            form.
    """
    text = _words_of_server(mail)
    delayed, failed = _addresses(raw)
    found = [_failure(one, "failed", text) for one in failed]
    found += [_failure(one, "delayed", text) for one in delayed if one not in failed]
    if not found and is_for_bounces and _ANSWER.search(text):
        is_delayed = _DELAYED.search(text) and not _GAVE_UP.search(text)
        found = [_failure("", "delayed" if is_delayed else "failed", text)]
    return tuple(found[:_MOST])


def _addresses(raw: bytes) -> tuple[list[str], list[str]]:
    """Those still tried and those failed, as flufl.bounce finds them; none where it fails.

    It reads the head of the mail only: Python's parser, which it needs, follows any depth.
    """
    if raw[:_READ].lower().count(b"boundary=") > 20:
        return [], []
    try:
        delayed, failed = all_failures(message_from_bytes(raw[:_READ]))
    except Exception:  # noqa: BLE001 (its patterns fail in many ways on what they do not know)
        return [], []
    return _decoded(delayed), _decoded(failed)


def _decoded(addresses: object) -> list[str]:
    found = [one.decode("ascii", "replace") for one in addresses]  # type: ignore[attr-defined]
    return sorted(one.strip().lower() for one in found if "@" in one)[:_MOST]


def _failure(address: str, action: str, text: str) -> Failure:
    reply = _around(address, text)
    code = _ENHANCED.search(reply)
    status = code[1] if code else ""
    hardness = hardness_of(status, reply) if action == "failed" else ""
    return Failure(address, "", action, status, reply, hardness)


def _words_of_server(mail: Part) -> str:
    """The report's own words: the first text of it, up to the mail that it returns."""
    texts = [part.text() for part in mail.walk() if part.kind == "text/plain"]
    if not texts:
        texts = [re.sub(r"<[^<>]{0,500}>", " ", part.text()) for part in mail.walk()][:2]
    text = "\n".join(texts)[:_READ]
    end = _RETURNED.search(text)
    return text[: end.start()] if end else text


def _around(address: str, text: str) -> str:
    """What is said of an address: the lines after it, or the last before it, with an answer."""
    place = text.lower().find(address) if address else 0
    place = max(place, 0)
    after = text[place + len(address) : place + len(address) + _AFTER]
    if not _ANSWER.search(after) and not _ENHANCED.search(after):
        after = f"{text[max(place - _BEFORE, 0) : place]} {after}"
    found = _ANSWER.search(after)
    # An answer begins with its code: what stands before it is this server's own sentence.
    words = after[found.start() :] if found else after
    return " ".join(words.split())[:_AFTER]
