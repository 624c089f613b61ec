"""Guess which address was meant by one that is mistyped: `ada@gmial.com`, `ada@gmail`. Pure.

A question that is asked in vain costs a reader's trust, so only names near the largest mail
providers are asked about, never one that is itself a provider's, and never another first letter:
mail.com, email.com, ymail.com and cloud.com are real.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from subscribers.addresses import BadAddress, normalised

# Their one address on the internet: every other ending is a typing error.
_ONE_ENDING: Final = {"gmail": "com", "googlemail": "com", "icloud": "com"}
# They have endings for many countries.
_MANY_ENDINGS: Final = {
    **dict.fromkeys(("hotmail", "outlook", "live", "yahoo", "ymail", "rocketmail"), "com"),
    **dict.fromkeys(("msn", "aol", "yandex", "zoho"), "com"),
    "gmx": "de",
}
# Companies have other endings of these names, so only names near them are asked about.
_OWN_ENDING: Final = {
    **dict.fromkeys(("protonmail", "fastmail", "rediffmail", "btinternet"), "com"),
    **dict.fromkeys(("comcast", "verizon", "sbcglobal", "bellsouth", "laposte"), "net"),
    "proton": "me",
    "t-online": "de",
    "web": "de",
    "wanadoo": "fr",
}
_ENDING: Final = {**_OWN_ENDING, **_MANY_ENDINGS, **_ONE_ENDING}
_SHORTEST: Final = 5  # letters of a name whose neighbours are asked about: "live" is near "love"
_NAMES: Final = [name for name in _ENDING if len(name) >= _SHORTEST and name != "proton"]
# Domains end with the words on the left, and none with those on the right.
_WRONG_ENDINGS: Final = {
    "com": "con cmo ocm vom xom cpm clm comm coom conm comn c0m cim ckm",
    "net": "nte ner nett ney",
    "org": "ogr rog orgg orf",
    "edu": "eud edy eduu",
    "de": "ed dee",
}
_NO_ENDING: Final = {
    wrong: right for right, words in _WRONG_ENDINGS.items() for wrong in words.split()
}
# Countries, but also "com" without a letter.
_SHORT_COM: Final = ("cm", "co", "om")
_COUNTRY: Final = re.compile(r"(?:(?:co|com)\.)?[a-z]{2}")
_EDGES: Final = " \t\r\n\"'<>()[]{},;:.!?/@"


def meant(typed: str) -> str:
    """The address that was probably meant, normalised; empty where nothing is in doubt.

    Also of a text that is no address, where one can be made out: `Ada <ada@example.org>`.
    """
    try:
        address = normalised(typed)
        found = ""
    except BadAddress:
        address = found = _repaired(typed)
    local, _, domain = address.rpartition("@")
    better = near_domain(domain)
    return f"{local}@{better}" if better else found


def near_domain(domain: str) -> str:
    """The domain of a large provider that is nearly this one; empty if none is, or it is one."""
    name, _, ending = domain.partition(".")
    likely = name if name in _ENDING else _near_name(name)
    right = _right_ending(likely, ending, is_exact=likely == name) if likely else ""
    if right:
        return "" if f"{likely}.{right}" == domain else f"{likely}.{right}"
    return _with_ending(domain)


def _with_ending(domain: str) -> str:
    """The same domain with an ending that exists, where it has one that does not."""
    before, _, last = domain.rpartition(".")
    return f"{before}.{_NO_ENDING[last]}" if before and last in _NO_ENDING else ""


def _near_name(name: str) -> str:
    return next((known for known in _NAMES if is_near(name, known)), "")


def _right_ending(name: str, ending: str, *, is_exact: bool) -> str:
    """The ending that was meant; empty where the domain may be another one."""
    usual = _ENDING[name]
    if ending == usual or (usual == "com" and ending in _SHORT_COM):
        return usual
    if name in _ONE_ENDING and is_exact and _is_ending(ending):
        return usual
    if ending in _NO_ENDING:
        return _NO_ENDING[ending]
    if name in _MANY_ENDINGS and _COUNTRY.fullmatch(ending):
        return "com" if ending in _SHORT_COM else ending
    is_long = len(ending) > 2 and "." not in ending
    return usual if is_long and name not in _OWN_ENDING and is_near(ending, usual) else ""


def _is_ending(text: str) -> bool:
    """Whether it can be an ending, and not a company's domain: "de", "com.br", not "ibm.com"."""
    return "." not in text or text.partition(".")[0] in ("co", "com", "net", "org")


def is_near(typed: str, known: str) -> bool:
    """Whether one letter is missing, too many, wrong or in the wrong place; the first is right."""
    if typed == known or typed[:1] != known[:1] or abs(len(typed) - len(known)) > 1:
        return False
    if sorted(typed) == sorted(known):
        return True
    same = _common_start(typed, known)
    rest, other = typed[same:], known[same:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _common_start(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _repaired(typed: str) -> str:
    """The address in a text that is none; empty if there is none, or more than one."""
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    if inner := re.search(r"(?:<|^mailto:)\s*([^<>?]+)", text):
        text = inner[1]
    if "@" not in text:
        text = _with_at(text.strip(_EDGES))
    local, _, domain = re.sub(r"\s*@[\s@]*", "@", text.strip(_EDGES)).partition("@")
    domain = re.sub(r"\s*[.,;]+\s*", ".", domain)
    local = re.sub(r"\.{2,}", ".", local).strip(".")
    try:
        return normalised(f"{local}@{_with_dot(domain.strip('.-'))}")
    except BadAddress:
        return ""


def _with_at(text: str) -> str:
    """`ada at gmail dot com`, `ada(at)gmail.com`, `ada.gmail.com` with its @."""
    spelled = re.sub(r"\s*(?:\s|[(\[{])\s*at\s*(?:\s|[)\]}])\s*", "@", text, count=1)
    if spelled != text:
        return re.sub(r"\s*(?:\s|[(\[{])\s*(?:dot|punkt)\s*(?:\s|[)\]}])\s*", ".", spelled)
    for name in _NAMES:
        domain = f"{name}.{_ENDING[name]}"
        if text.endswith(domain) and (local := text.removesuffix(domain).rstrip(_EDGES + "#")):
            return f"{local}@{domain}"
    return text


def _with_dot(domain: str) -> str:
    """`gmail` and `gmailcom` with their ending."""
    if "." in domain:
        return domain
    if domain in _ENDING:
        return f"{domain}.{_ENDING[domain]}"
    name = _near_name(domain) or next(
        (known for known in _ENDING if domain == f"{known}{_ENDING[known]}"), ""
    )
    return f"{name}.{_ENDING[name]}" if name else domain
