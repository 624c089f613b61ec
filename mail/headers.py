"""Header lines for the wire (RFC 5322, RFC 2047): seven bits, at most 78 characters a line.

Python's own encoder leaves a title that looks like an encoded word to be decoded by the reader's
program, and a long name without blanks on one long line.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from django.conf import settings

from mail.addresses import ascii_domain, split_address, split_addresses

_LINE: Final = 78
_ENCODED_LINE: Final = 76  # of a line with an encoded word
_LONGEST_WORD: Final = 75
_AROUND: Final = len("=?utf-8?b?" + "?=")
_PLAIN: Final = re.compile(r"[!-~]+(?: [!-~]+)*")
# What stands in a display name without quotes.
_PHRASE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_IN_Q: Final = re.compile(rb"[A-Za-z0-9!*+/-]")
_SENDER_ID: Final = re.compile(r"[A-Za-z0-9_.-]{5,15}")

# No program is to reply to mail that a program sent (RFC 3834); Exchange looks at the second only.
# That one's "All" would also suppress reports that a mail could not be delivered, by which this
# service learns that a mailbox is gone.
AUTOMATIC: Final[Mapping[str, str]] = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}


def text_header(name: str, text: str) -> str:
    """A header of plain text, such as Subject, folded with CRLF, without the last one.

    Line ends and other white space in `text` become blanks: no text begins another header.
    """
    text = " ".join(text.split())
    if _is_plain(text, _PLAIN):
        return _folded(f"{name}: {text}".rstrip(" "))
    return "\r\n ".join(_words(text, len(name) + 2)).join((f"{name}: ", ""))


def address_header(name: str, addresses: str) -> str:
    """A header of one or more addresses, such as From: see `mail.addresses`.

    Raises:
        UnicodeEncodeError: an address is not ASCII.
    """
    lines, used = [f"{name}:"], len(name) + 1
    parts = split_addresses(addresses)
    for place, part in enumerate(parts):
        for word in _address_words(part, used, ", " if place + 1 < len(parts) else ""):
            if len(lines[-1]) + 1 + len(word) > _LINE and not lines[-1].endswith(":"):
                lines.append("")
            lines[-1] += f" {word}"
            used = len(lines[-1])
    return "\r\n".join(lines)


def _address_words(part: str, used: int, comma: str) -> list[str]:
    display, address = split_address(part)
    address.encode("ascii")  # raises
    shown = f"<{address}>" if display else address
    return [*(_phrase(display, used + 1) if display else []), shown + comma.strip()]


def _phrase(text: str, used: int) -> list[str]:
    """The words of a display name: plain, as one quoted string, or encoded."""
    if _is_plain(text, _PHRASE):
        return text.split(" ")
    quoted = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", text))
    if _is_plain(text, _PLAIN) and used + len(quoted) <= _LINE:
        return [quoted]
    return list(_words(text, used))


def list_id(text: str) -> str:
    """The List-Id (RFC 2919) in ASCII, on one line: a phrase, and an identifier in brackets.

    Raises:
        ValueError: the identifier cannot be a domain.
    """
    phrase, identifier = split_address(text)
    shown = ascii_domain(identifier)
    if "<" not in text or not re.fullmatch(r"[!-;=?A-~]+\.[!-;=?A-~]+", shown):
        raise ValueError(f"{text!r} has no identifier like <digest.papers.example.org>")
    if not phrase:
        return f"<{shown}>"
    return " ".join([*_phrase(phrase, 0), f"<{shown}>"])


def ascii_list_id(text: str) -> str:
    """The List-Id in ASCII; what cannot be one stays, for the check of the setting."""
    try:
        return list_id(text)
    except ValueError:
        return " ".join(text.split())


def feedback_id(*identifiers: str) -> str:
    """The Feedback-ID, by which Gmail counts complaints: up to three identifiers, then the sender.

    The identifiers differ from each other and name no reader
    (support.google.com/mail/answer/6254652).
    """
    return ":".join([*identifiers, settings.FEEDBACK_SENDER_ID])


def sender_id(domain: str) -> str:
    """A sender's name for Feedback-ID, made of its domain: 5 to 15 small letters and digits.

    One that would be shorter or longer ends in letters of a hash, and stays as unique.
    """
    plain = re.sub("[^a-z0-9]", "", domain.lower())
    if 5 <= len(plain) <= 15:
        return plain
    return f"{plain[:7]}{hashlib.sha256(domain.encode()).hexdigest()}"[:15]


def is_sender_id(text: str) -> bool:
    """Whether Gmail takes this as the last field of Feedback-ID."""
    return bool(_SENDER_ID.fullmatch(text))


def token_header(name: str, value: str) -> str:
    """A header whose value is ASCII already, folded at its blanks.

    A URL stays behind the name, on a line as long as it needs: not every mail program finds one
    that begins on the next line, and then its reader could not unsubscribe. A second address
    stands on a line of its own.
    """
    line = f"{name}: {value}"
    return line.replace(">, <", ">,\r\n <") if value.startswith("<http") else _folded(line)


def _is_plain(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the text stands as it is: no letter and no word is encoded or looks like it."""
    if text and not pattern.fullmatch(text):
        return False
    return "=?" not in text and all(len(word) < _LINE - 20 for word in text.split(" "))


def _folded(line: str) -> str:
    """A line of ASCII in lines of at most 78 characters, cut before a blank."""
    lines: list[str] = []
    while len(line) > _LINE:
        cut = line.rfind(" ", 1, _LINE + 1)
        # Not behind the name: a first line without a value is one that some programs lose.
        if cut <= line.find(":") + 1 if not lines else cut < 1:
            cut = line.find(" ", _LINE)
        if cut < 0:
            break
        lines.append(line[:cut])
        line = line[cut:]
    return "\r\n".join([*lines, line])


def _words(text: str, used: int) -> Iterator[str]:
    """`text` as encoded words of at most 75 characters; the first has `used` before it on its line.

    No word ends inside of a character.
    """
    room = _ENCODED_LINE - used
    while text:
        size = _fitting(text, min(room, _LONGEST_WORD) - _AROUND)
        if size:
            yield _word(text[:size])
        text = text[size:]
        room = _LONGEST_WORD


def _fitting(text: str, room: int) -> int:
    """How many characters fit: as many as possible without parting marks from their letters."""
    size = 0
    while size < len(text) and min(_sizes(text[: size + 1])) <= room:
        size += 1
    return size


def _sizes(text: str) -> tuple[int, int]:
    """The sizes of the text in base64 and in "Q"."""
    encoded = text.encode("utf-8", "replace")
    plain = len(_IN_Q.findall(encoded)) + encoded.count(b" ")
    return (len(encoded) + 2) // 3 * 4, plain + 3 * (len(encoded) - plain)


def _word(text: str) -> str:
    in_base64, in_q = _sizes(text)
    encoded = text.encode("utf-8", "replace")
    if in_base64 < in_q:
        return f"=?utf-8?b?{base64.b64encode(encoded).decode()}?="
    shown = "".join(
        "_" if byte == 0x20 else chr(byte) if _IN_Q.match(bytes([byte])) else f"={byte:02X}"
        for byte in encoded
    )
    return f"=?utf-8?q?{shown}?="
