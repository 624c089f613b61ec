"""What a server's refusal is about: this mailbox, this message, us, or the server itself. Pure.

Servers give the same code for different things: 550 5.7.1 is a spam filter's verdict on one
message, one reader's block list, or a network from which the server takes no mail at all. So the
words come first, then the enhanced code (RFC 3463, 5248, 7372, and Microsoft's own), then the code.
Words that no rule knows leave it open, and the replies to other messages decide: mail/run.py.

No mailbox is called missing in doubt: a wrong verdict ends a reader's digests. Words about the
sender, a policy or the moment leave a doubt, whatever code or words stand beside them: block lists
often answer with the code of an unknown user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mail.refusals.meanings import (
    ACCOUNT,
    LOGIN,
    MAILBOX,
    MISSING,
    RELAY,
    SENDER,
    SERVER,
    TLS,
    UNCLEAR,
    Meaning,
)
from mail.refusals.wordings import (
    BY_REPLY_CODE,
    BY_SUBJECT,
    CODES,
    FOR_NOW,
    LINKS,
    POLICY,
    UNKNOWN_AT_EDGE,
    WORDS,
)
from mail.without_address import without_names

_LONGEST: Final = 1000  # characters that are read: a server can send as many as it likes
_AUTHENTICATION: Final = {530, 534, 535, 538}
_LINK: Final = re.compile(r"https?://\S+")
# Not an address of a network (5.1.2.3), nor the version of a program (2.10.1).
_ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.([0-7]\.\d{1,3})(?![\d.]*\d)")
_FOR_NOW_WITHIN: Final = re.compile(r"(?:^|[;:(])\s*4\d\d[ -]")  # another server's code, quoted


@dataclass(frozen=True, slots=True)
class Reading:
    """A reply's meaning, and what it was found by."""

    meaning: Meaning
    by_words: Meaning | None  # the meaning of the words alone, where a rule knows them
    codes: tuple[str, ...]  # the enhanced codes without their class: 1.1
    is_policy: bool  # its code 5.7.x or its words are those of a policy, perhaps against us
    is_for_now: bool  # its code or its words are about the moment


def meaning_of(code: int, text: str) -> Meaning:
    """What a refusal is about. Less than half a millisecond, and refusals are few.

    Args:
        code: of the reply; 500 where it is not known.
        text: the reply's words, with its enhanced code if it has one.
    """
    return read(code, text).meaning


def read(code: int, text: str) -> Reading:
    """The reply with all that was found in it; arguments as of `meaning_of`."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0]
    plain = without_names(text)
    words = " ".join(_LINK.sub(" ", plain).lower().split())
    found = _ENHANCED.findall(words)
    codes = tuple(number for _, number in found)
    by_words = _by_words(words, " ".join(_LINK.findall(plain.lower())))
    is_for_now = code < 500 or bool(FOR_NOW.search(words) or _FOR_NOW_WITHIN.search(words))
    is_for_now = is_for_now or any(kind == "4" for kind, _ in found)
    is_policy = ("5", "7") in ((kind, number[0]) for kind, number in found)
    is_policy = is_policy or bool(POLICY.search(words))
    meaning = _settled(code, codes, by_words)
    if meaning == MISSING and (is_for_now or is_policy):
        meaning = MAILBOX if is_for_now else UNCLEAR
    if meaning == MAILBOX and _is_unknown_at_edge(codes, words) and not is_for_now:
        meaning = MISSING
    return Reading(meaning, by_words, codes, is_policy, is_for_now)


def _settled(code: int, codes: tuple[str, ...], by_words: Meaning | None) -> Meaning:
    first = codes[0] if codes else ""
    if code in _AUTHENTICATION:
        return by_words if by_words in (TLS, RELAY, SENDER, ACCOUNT) and by_words else LOGIN
    if code < 500 and first.startswith("3."):
        return SERVER
    by_code = next((CODES[one] for one in codes if one in CODES), None)
    meaning = by_words or by_code or BY_SUBJECT.get(first.partition(".")[0])
    if meaning:
        return meaning
    return UNCLEAR if codes else BY_REPLY_CODE.get(code, UNCLEAR)


def _by_words(words: str, links: str) -> Meaning | None:
    found = next((rule.meaning for rule in WORDS if rule.words.search(words)), None)
    if links and found in (None, MISSING):
        return next((rule.meaning for rule in LINKS if rule.words.search(links)), found)
    return found


def _is_unknown_at_edge(codes: tuple[str, ...], words: str) -> bool:
    return "4.1" in codes and bool(UNKNOWN_AT_EDGE.search(words))
