"""Cut addresses of people out of a server's words, before anything stores or logs them.

A reader who asks to be forgotten must not stay in a column that holds what a server answered
years ago. The reader's own address is known and is cut in every spelling that servers use; any
other address is cut as it stands, since a mailbox may forward to another one of the same reader.
What stays is the operator's own domain and the addresses of postmasters, who may be asked.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from typing import Final
from urllib.parse import unquote

CUT: Final = "…"

# Mail servers fold long lines within an address, softly in quoted-printable.
_BREAK: Final = r"(?:=?\s|[\u00ad\u200b\u2060])*"
_AT: Final = r"(?:@|=3d|[=%!/|#]|&domain=|\s?[(\[{_.-]{0,2}\s?at\s?[)\]}_.-]{0,2}\s?)"
_DOT: Final = r"(?:\s?[(\[{]?dot[)\]}]?\s?|\[\.\]|\u3002)"
# "domain=local@forwarder" of SRS, "domain!local" of UUCP, "domain/local" of a folder.
_REVERSED: Final = r"[=!:/]"
_ENCODED: Final = re.compile(r"[+=%]([0-9A-Fa-f]{2})")
_ESCAPED: Final = re.compile(r"[ux](?:00)?([0-9a-f]{2})")
_LONG_TOKEN: Final = re.compile(r"[A-Za-z0-9+/=_-]{12,}")
_LOCAL: Final = r"(?:\"[^\"]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
_ANY_AT: Final = r"(?:@|%40|\+40|=40)"
_ANY_ADDRESS: Final = re.compile(rf"({_LOCAL}){_ANY_AT}([\w-]+(?:\.[\w-]+)+)")
# Cut off before the dot of its domain, so that the pattern above does not find it.
_BEGUN: Final = re.compile(rf"{_LOCAL}{_ANY_AT}[\w-]*\.?\Z")
# Also the host, the verb or the id that a server writes in brackets, and what is half an address.
_NAME: Final = re.compile(rf"<[^<>\s]*>|{_LOCAL}{_ANY_AT}[^\s<>()\"',;:]+")
_LONG: Final = 199  # what is shorter was stored whole
_ROLE_WORDS: Final = """
abuse admin celery delist delisting help helpdesk hostmaster mailer-daemon noc noreply no-reply
postmaster removal removals security support unblock webmaster
"""
# Words of servers: where a reader is called so, only a quoted or bracketed one is the reader.
_SERVER_WORDS: Final = """
a abuse accept accepted access account action address admin after again all an and any are as at
authentication available bad be been block blocked bounce box but by can cannot check client
code command connection contact content could data database deferred delivery denied details
disabled dns does domain email error exceeded exist expired failed failure for found from full
full-mailbox greylisted has have help hold host http https id if in inactive info inbox internal
invalid ip is it limit line list local lookup mail mailbox mailer many message messages moved
name network no not of on or our over password peer permanent permitted please policy postmaster
problem quota rate recipient recipients refused reject rejected relay relaying reply request
requested retry route rule see sender sending server service size smtp space spam such support
suspended system temporarily temporary test that the this time timeout to too try unable
unavailable undeliverable unknown unrouteable up user users valid very via was web webmaster
will with you your
"""
_ROLES: Final = frozenset(_ROLE_WORDS.split())
_WORDS_OF_SERVERS: Final = frozenset(_SERVER_WORDS.split())


def without_address(text: str, address: str = "", *, ours: str = "") -> str:
    """The text without the recipient's address, and without addresses of other people.

    Args:
        text: what a server said, or the text of an error.
        address: the recipient's, as it is stored; empty where it is not known.
        ours: the domain of our sender, whose addresses stay: they tell what is wrong.
    """
    text = without_recipient(text, address)
    text = _ANY_ADDRESS.sub(lambda found: _unless_known(found, ours), text)
    return text if len(text) < _LONG else text[:-_LONG] + _BEGUN.sub(CUT, text[-_LONG:])


def without_names(text: str) -> str:
    """The text without any address, of readers and of others, and without what stands in brackets.

    For reading the words: an address may contain any word, and a server did not say that.
    """
    return _NAME.sub(" ", text)


def without_recipient(text: str, address: str) -> str:
    """The text without one address, in whatever spelling, and without its part before the @."""
    if not (text and address):
        return text
    text = _LONG_TOKEN.sub(lambda found: _unless_coded(found[0], address), text)
    if _may_hold(text, address):
        text = re.sub(re.escape(address), CUT, text, flags=re.IGNORECASE)
        if _may_hold(text, address):
            text = _without_rare_spellings(text, address)
        text = _without_cut_off(text, address)
    return text


@lru_cache(maxsize=64)
def spellings_in_code(address: str) -> list[str]:
    """The address in hexadecimal and in base64, whatever stands before it in the encoded bytes."""
    data = address.encode()
    cores = [data.hex()]
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + data).rstrip(b"=").decode()
        # The letters at both ends also depend on the bytes beside the address.
        start, end = (0, 2, 3)[offset], len(coded) - bool((offset + len(data)) % 3)
        core = coded[start:end]
        cores += [core, core.translate(str.maketrans("+/", "-_"))]
    return cores


def _without_rare_spellings(text: str, address: str) -> str:
    """Without the address in any code, and without the part before the @ as a word."""
    domain = address.partition("@")[2]
    # A search for all codes takes milliseconds, and a whole burst may be refused.
    if "xn--" in domain or any(domain.partition(".")[0] in form for form in _forms(text)):
        text = _local_part(address, _letters).sub(CUT, _whole(address).sub(CUT, text))
    return _local_part(address, re.escape).sub(CUT, text)


def _unless_coded(token: str, address: str) -> str:
    return CUT if any(code in token for code in spellings_in_code(address)) else token


def _without_cut_off(text: str, address: str) -> str:
    """A long text without the start of the address at its end: it was cut there to be stored."""
    if len(text) < _LONG:
        return text
    end = text[-len(address) :].casefold()
    for length in range(len(address) - 1, 2, -1):
        if end.endswith(address[:length]):
            return text[:-length] + CUT
    return text


def _unless_known(found: re.Match[str], ours: str) -> str:
    local, domain = found[1].lower(), found[2].lower()
    is_ours = bool(ours) and domain == ours.lower() and not set(local) & set("=+")
    return found[0] if is_ours or local in _ROLES else CUT


# ── the recipient's address ──────────────────────────────────────────────────


def _may_hold(text: str, address: str) -> bool:
    """Whether a search is worth its cost: most answers name no reader."""
    local = address.partition("@")[0].partition("+")[0].casefold()
    return any(local in form for form in _forms(text))


def _forms(text: str) -> tuple[str, str, str]:
    """The text without blanks and capitals, and the same with its codes undone."""
    squeezed = "".join(unicodedata.normalize("NFKC", text).casefold().replace("\\", "").split())
    decoded = _ENCODED.sub(_character, unescape(unquote(unquote(squeezed))))
    return squeezed, decoded, _ESCAPED.sub(_character, squeezed)


def _character(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))


@lru_cache(maxsize=64)
def _whole(address: str) -> re.Pattern[str]:
    """The address in every code, its domain in ASCII or not, either part first."""
    local, _, domain = address.partition("@")
    name = r'["\']?' + _letters(local) + r'["\']?'
    domains = "|".join(dict.fromkeys(map(_letters, _domains(domain))))
    forms = [f"{name}{_BREAK}{_or(_coded('@'), _AT)}{_BREAK}(?:{domains})"]
    forms.append(f"(?:{domains}){_REVERSED}{name}")
    return re.compile("|".join(forms), re.IGNORECASE)


def _local_part(address: str, written: Callable[[str], str]) -> re.Pattern[str]:
    """The part before the @ as a word of its own, with and without its +tag."""
    local = address.partition("@")[0]
    forms = []
    for name in dict.fromkeys([local, local.partition("+")[0]]):
        letters = written(name)
        if _is_a_word_of_servers(name):
            forms.append(rf"(?<=[<\"'(\[«“‘:]){letters}(?=[>\"')\]»”’])")
        elif name:
            forms.append(rf"(?<![\w.+-]){letters}(?![\w+-]|\.\w)")
    return re.compile("|".join(forms) or r"(?!)", re.IGNORECASE)


def _is_a_word_of_servers(name: str) -> bool:
    is_code = name.replace(".", "").isdigit() and len(name) < 5
    return name.casefold() in _WORDS_OF_SERVERS or is_code or len(name) < 2


def _domains(domain: str) -> Iterator[str]:
    """The domain in ASCII, and as people read it, in both forms of Unicode."""
    yield domain
    try:
        readable = domain.encode("ascii").decode("idna")
    except UnicodeError:
        readable = domain
    yield from (unicodedata.normalize(form, readable) for form in ("NFC", "NFD"))


def _letters(text: str) -> str:
    return _BREAK.join(map(_coded, text))


@lru_cache(maxsize=512)
def _coded(letter: str) -> str:
    r"""One character in all codes: %40, +40 (xtext), =40, &#64;, @, \@, full width."""
    codes = [rf"\\?{re.escape(letter)}"]
    for charset in ("utf-8", "latin-1"):
        try:
            data = letter.encode(charset)
        except UnicodeEncodeError:
            continue
        codes.append("".join(rf"(?:%(?:25)*|[+=]){byte:02x}" for byte in data))
        if not letter.isascii():
            codes += [re.escape(data.decode("latin-1")), r"\ufffd{1,4}", r"\?"]
    number = ord(letter)
    codes.append(rf"&#(?:0*{number}|x0*{number:x});|\\u{number:04x}|\\x{number:02x}")
    if 0x21 <= number <= 0x7E:
        codes.append(re.escape(chr(number + 0xFEE0)))
    if letter == ".":
        codes.append(_DOT)
    return _or(*codes)


def _or(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"
