"""Why an address cannot be used, in a sentence that says what to do about it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64
# Names that RFC 2606 and RFC 6761 keep for tests, machines and local networks.
_UNREACHABLE: Final = ("test", "invalid", "example", "local", "localhost", "onion", "arpa")
_ADDRESS: Final = re.compile(r"[^\s<>,;:\"'()@]+@[^\s<>,;:\"'()@]+")
_WRAPPED: Final = re.compile(r"[<>]|^mailto:", re.IGNORECASE)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_FOREIGN_SIGN: Final = re.compile(r"[^\w.!#$%&'*+/=?^`{|}~-]")
_DOMAIN_SIGN: Final = re.compile(r"[^\w.-]|_")


class _Typed(NamedTuple):
    """What was typed, and its two parts around the first @ (empty without one)."""

    text: str
    local: str
    domain: str


def what_is_wrong(typed: str) -> str:
    """The sentence for a text that `addresses.normalised` refuses."""
    text = " ".join(unicodedata.normalize("NFKC", typed).split())
    local, _at, domain = text.partition("@")
    parts = _Typed(text, local, domain)
    for is_so, sentence in _SENTENCES:
        if text.isprintable() and is_so(parts):
            return str(sentence) % {"sign": _sign(parts), "domain": domain, "local": local}
    return str(_GENERAL)


def _sign(typed: _Typed) -> str:
    """The first sign that no address may hold there; else the first letter that is not ASCII."""
    found = (
        _DOMAIN_SIGN.search(typed.domain)
        or _FOREIGN_SIGN.search(typed.local)
        or _FOREIGN.search(typed.local)
    )
    return found[0] if found else ""


_GENERAL: Final = _(
    "No mail can reach this address. Please look at it again: it has the form you@example.org."
)
_SENTENCES: Final[list[tuple[Callable[[_Typed], object], Promise]]] = [
    (
        lambda typed: len(_ADDRESS.findall(typed.text)) > 1,
        _("These are several addresses. Please type only one."),
    ),
    (
        lambda typed: _WRAPPED.search(typed.text),
        _("Please type the address alone, without a name or signs around it."),
    ),
    (
        lambda typed: "@" not in typed.text,
        _("The @ is missing. An address has the form you@example.org."),
    ),
    (
        lambda typed: typed.text.count("@") > 1,
        _("There is more than one @ in it. Please take out what is too many."),
    ),
    (
        lambda typed: not typed.local.strip(),
        _("Please type what stands before the @, as in you@example.org."),
    ),
    (
        lambda typed: not typed.domain.strip(),
        _("Please type what stands after the @, as in you@example.org."),
    ),
    (
        lambda typed: re.search(r"\s", typed.text),
        _("There is a space in it. Please take it out: an address has none."),
    ),
    (
        lambda typed: len(typed.text) > _LONGEST or len(typed.local) > _LONGEST_LOCAL,
        _("This is too long for an address. Please look at it again."),
    ),
    (
        lambda typed: typed.domain.startswith("["),
        _("Please type the name of a mail provider after the @, not the number of a machine."),
    ),
    (
        lambda typed: _DOMAIN_SIGN.search(typed.domain),
        _("“%(sign)s” cannot stand after the @. Please take it out or correct it."),
    ),
    (
        lambda typed: _FOREIGN_SIGN.search(typed.local),
        _("“%(sign)s” cannot stand before the @. Please take it out or correct it."),
    ),
    (
        lambda typed: _FOREIGN.search(typed.local),
        _(
            "We cannot write to an address with “%(sign)s” before the @. Please use one with the "
            "letters a to z."
        ),
    ),
    (
        lambda typed: ".." in typed.text,
        _("There are two dots in a row. Please take one out."),
    ),
    (
        lambda typed: typed.local.startswith(".") or typed.local.endswith("."),
        _("The part before the @ cannot begin or end with a dot. Please take it out."),
    ),
    (
        lambda typed: typed.domain.startswith("."),
        _("No dot can stand right after the @. Please take it out."),
    ),
    (
        lambda typed: typed.domain.rpartition(".")[2].lower() in _UNREACHABLE,
        _("No mail can reach “%(domain)s”: it is not on the internet. Please use another address."),
    ),
    (
        lambda typed: "." not in typed.domain,
        _("The ending is missing after “%(domain)s”, such as .com or .org."),
    ),
    (
        lambda typed: typed.domain.rpartition(".")[2].isdigit(),
        _("Please type the name of a mail provider after the @, not the number of a machine."),
    ),
    (
        lambda typed: re.search(r"(^|\.)-|-(\.|$)", typed.domain),
        _("After the @, no part can begin or end with a hyphen. Please take it out."),
    ),
]
