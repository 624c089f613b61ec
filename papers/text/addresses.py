r"""Web addresses in TeX: `github.com/ada/my\_engine`, `\url{…}` and `\href{…}{…}`.

An address is copied character by character: a dash, a quote or a lost underscore makes it another
address, and links must not lead to the work of others.
"""

from __future__ import annotations

import re
from typing import Final

from papers.text.clean import clean

# What TeX needs to show one character of an address.
_SPELLINGS: Final = (
    (r"(?:\{\s*)?\$\s*\\?_\s*\$(?:\s*\})?", "_"),
    (
        r"(?:\{\s*)?\$\s*\{?\s*\\(?:sim|textasciitilde|tilde(?:\s*\{\s*\})?)\s*\}?\s*\$(?:\s*\})?",
        "~",
    ),
    (r"\{\s*\\(?:textunderscore|_)\s*(?:\{\s*\})?\s*\}", "_"),
    (r"\\(?:textunderscore(?![a-zA-Z])|\\?_)(?:\{\s*\}|(?<=e)\s+)?", "_"),
    (r"\\(?:string|char`\\?)([_~%#&])", r"\1"),
    (r"\{\s*\\(?:textasciitilde|sim|~)\s*(?:\{\s*\})?\s*\}", "~"),
    (r"\\(?:textasciitilde|sim)(?![a-zA-Z])(?:\{\s*\}|\s+)?|\\~(?:\{\s*\})?", "~"),
    (r"\{\s*\\?([_~%#&-])\s*\}", r"\1"),
    (r"\\(?:slash|textslash)(?![a-zA-Z])\s*(?:\{\s*\})?", "/"),
    (r"\\(?:allowbreak|linebreak|newline|penalty\d*|hskip\S*)(?![a-zA-Z])\s*(?:\{\s*\})?", ""),
    (r"\\discretionary\{\}\{\}\{\}|\\[-/]", ""),
    (r"\\{1,2}([%#&$])", r"\1"),  # two, where the backslash itself was escaped on the way
    (r"\\([+.:=?@()-])", r"\1"),
)  # fmt: skip
_SPELLING: Final = tuple((re.compile(spelling), sign) for spelling, sign in _SPELLINGS)
_WRAPPED: Final = re.compile(
    r"\A(?:\\(?:url|path|nolinkurl|texttt|textit|textbf|emph)\s*\{(?P<braced>.*)\}"
    r"|\\href\s*\{(?P<href>.*?)\}\s*\{.*\}"
    r"|\{\s*\\(?:tt|ttfamily|em|it|bf|sf|small)\b\s*(?P<declared>.*)\}"
    r"|<(?P<angled>[^<>]*)>)\Z",
    re.DOTALL,
)
_HOST: Final = (
    r"(?:https?://|(?<![\w.@/-])(?:www\.|(?:[a-z0-9-]{1,60}\.){1,4}"
    r"(?:com|org|net|io|edu|ai|dev|gov|co|me|app|science|tech|info|space|xyz|uk|de|cn|jp|fr|ch)/))"
)
_SIGN: Final = (
    r"(?:\{?\$\s*(?:\\?_|\{?\\(?:sim|textasciitilde|tilde\s*\{\s*\})\}?)\s*\$\}?"
    r"|\{\s*\\?[_~%#&-]\s*\}|\{\\(?:textunderscore|textasciitilde|sim)\s*(?:\{\})?\}"
    r"|\\(?:textasciitilde|textunderscore|sim|allowbreak|slash)(?![a-zA-Z])(?:\{\}|\s)?"
    r"|\\[_~%#&$-](?:\{\})?|\\\\[_%#&]|[^\s<>\"{}\\$^`|\u2018-\u201f])"
)
ADDRESS: Final = re.compile(f"{_HOST}{_SIGN}*", re.IGNORECASE)
_GROUP: Final = r"\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_URL: Final = re.compile(rf"\\(?:url|path|nolinkurl){_GROUP}")
_HREF: Final = re.compile(rf"\\href{_GROUP}{_GROUP}")
_PUNCTUATION: Final = ".,;:!?'’*"


def plain_address(tex: str) -> str:
    r"""The address without its TeX: `\url{https://github.com/a/b\_c}` → `https://github.com/a/b_c`.

    What is no known spelling stays, so that the caller can see that the address is mangled.
    """
    address = clean(tex).strip()
    for _ in range(4):
        found = _WRAPPED.match(address)
        if not found:
            break
        address = next(part for part in found.groups() if part is not None).strip()
    for spelling, sign in _SPELLING:
        address = spelling.sub(sign, address)
    return address


def without_punctuation(address: str) -> str:
    """The address without the marks of the sentence around it: `a.org/b).` → `a.org/b`."""
    while address:
        shorter = address.rstrip(_PUNCTUATION)
        for opened, closed in ("()", "[]"):
            if shorter.endswith(closed) and shorter.count(closed) > shorter.count(opened):
                shorter = shorter[:-1]
        if shorter == address:
            break
        address = shorter
    return address


def undo_tex_in_addresses(text: str) -> str:
    r"""`text` with every address in plain characters; `\url{}` and `\href{}{}` keep the address."""
    text = _HREF.sub(_link_undone, _URL.sub(lambda found: f" {_unwrapped(found[1])} ", text))
    return ADDRESS.sub(lambda found: plain_address(found[0]), text)


def _link_undone(found: re.Match[str]) -> str:
    if not ADDRESS.search(found[1]) and ADDRESS.search(found[2]):  # \href{URL}{https://…}
        return f" {_unwrapped(found[2])} "
    # A label that is an address again is the same one, and often cut off.
    label = "" if ADDRESS.search(found[2]) else found[2]
    return f" {_unwrapped(found[1])} {label} "


def _unwrapped(address: str) -> str:
    # TeX ignores the blanks inside; a line break of the abstract is one.
    return "".join(plain_address(address).split())


def linked(shown: str, address: str) -> str:
    """The text of a link with its address, unless the text is the address itself."""
    if "." not in address:
        return shown
    bare = address.partition("://")[2].removeprefix("www.").rstrip("/") or address
    if not shown or bare.lower() in shown.lower():
        return shown or address
    if "/" in shown and shown.rstrip("/").lower().rpartition("://")[2] in address.lower():
        return address
    return f"{shown} ({address})"
