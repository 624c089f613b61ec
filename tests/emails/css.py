"""Style sheets and style attributes, divided into what caniemail.com has tests of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Declaration(NamedTuple):
    """`padding-top: 4px !important` is ("padding-top", "4px !important")."""

    name: str
    value: str


class Rule(NamedTuple):
    """Declarations with the selector that they are for, and the at-rules around it."""

    around: tuple[str, ...]
    selector: str
    declarations: list[Declaration]


_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_PARTS: Final = re.compile(r"""("[^"]*"|'[^']*'|\([^()]*\)|[;{}])""")
_UNITS: Final = re.compile(r"(?<![\w#-])[+-]?(?:\d+\.?\d*|\.\d+)(%|[a-z]+)", re.IGNORECASE)
_FUNCTIONS: Final = re.compile(r"([a-z-]+)\(", re.IGNORECASE)
_SYSTEM_FONTS: Final = re.compile(r"\b(?:system-ui|ui-(?:serif|sans-serif|rounded|monospace))\b")
_STRINGS: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_FONT: Final = re.compile(r"(?:\b(\d00|bold)\s+)?(?<![\w.])([\d.]+(?:%|[a-z]+))(?:/([\d.]+\w*))?")
_SIDES: Final = "(?:-(?:top|right|bottom|left))?"
# The feature that a property belongs to, where its name is another one; empty: its first word.
_PROPERTIES: Final = {
    rf"(?:padding|margin){_SIDES}": "",
    rf"border{_SIDES}(?:-(?:width|style|color))?": "border",
    r"border(?:-(?:top|bottom)-(?:left|right))?-radius": "border-radius",
    r"(?:left|right|top|bottom)": "left-right-top-bottom",
    r"(?:column|row)-gap": "gap",
}
_AT_MEDIA: Final = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "hover": "css-at-media-hover",
    "orientation": "css-at-media-orientation",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
_FUNCTION_SLUGS: Final = {
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "calc": "css-unit-calc",
    "min": "css-function-min",
    "max": "css-function-max",
    "clamp": "css-function-clamp",
    "light-dark": "css-function-light-dark",
    "var": "css-variables",
    "url": "css-background-image",
    "linear-gradient": "css-linear-gradient",
    "radial-gradient": "css-radial-gradient",
}
_SELECTORS: Final = {
    r"^[a-z]|[\s>+~][a-z]": "css-selector-type",
    r"\.": "css-selector-class",
    r"#": "css-selector-id",
    r"\[": "css-selector-attribute",
    r"\*": "css-selector-universal",
    r">": "css-selector-child",
    r"\+": "css-selector-adjacent-sibling",
    r"~": "css-selector-general-sibling",
    r"[^\s>+~]\s+[^\s>+~]": "css-selector-descendant",
    r"\.[\w-]+\.": "css-selector-chaining",
}


def declarations(style: str) -> list[Declaration]:
    """The declarations of a style attribute, or of a rule's body."""
    found, current = [], ""
    for part in [*_PARTS.split(_COMMENT.sub("", style)), ";"]:
        if part != ";":
            current += part
            continue
        name, colon, value = current.partition(":")
        if colon:
            found.append(Declaration(name.strip().lower(), " ".join(value.split())))
        current = ""
    return [longhand for one in found for longhand in (one, *_of_font(one))]


def _of_font(declaration: Declaration) -> Iterator[Declaration]:
    """What `font: 600 20px/1.25 Georgia` sets: its support differs from that of the shorthand."""
    name, value = declaration
    if name != "font" or (found := _FONT.search(value)) is None:
        return
    weight, size, height = found.groups()
    yield Declaration("font-size", size)
    if weight:
        yield Declaration("font-weight", weight)
    if height:
        yield Declaration("line-height", height)


def rules(sheet: str) -> Iterator[Rule]:
    """The rules of a style sheet in their order, also those inside at-rules."""
    around: list[str] = []
    current = ""
    for part in _PARTS.split(_COMMENT.sub("", sheet)):
        if part == "{":
            around.append(" ".join(current.split()))
            current = ""
        elif part == "}":
            inner = around.pop()
            if not inner.startswith("@") or current.strip():
                yield Rule(tuple(around), inner, declarations(current))
            current = ""
        elif part == ";" and not around:  # @import, @charset
            yield Rule((), " ".join(current.split()), [])
            current = ""
        else:
            current += part


def of_rule(rule: Rule) -> Iterator[str]:
    """The features of what is around a rule and of its selector."""
    for outer in rule.around:
        yield from _of_at_rule(outer)
    if rule.selector.startswith("@"):
        yield from _of_at_rule(rule.selector)
        return
    selectors = [one.strip() for one in rule.selector.split(",") if one.strip()]
    if len(selectors) > 1:
        yield "css-selector-grouping"
    for selector in selectors:
        yield from _of_selector(selector)


def _of_at_rule(text: str) -> Iterator[str]:
    name = text.removeprefix("@").split(maxsplit=1)[0].partition("(")[0]
    yield f"css-at-{name}"
    if name == "media":
        yield from (slug for word, slug in _AT_MEDIA.items() if word in text)


def _of_selector(selector: str) -> Iterator[str]:
    for colons, name in re.findall(r"(::?)([a-z-]+)", selector):
        is_element = colons == "::" or name in {"before", "after", "first-line", "first-letter"}
        if name != "root":  # the element html
            yield f"css-pseudo-{'element' if is_element else 'class'}-{name}"
    plain = re.sub(r"::?[a-z-]+(?:\([^)]*\))?", "", selector)
    without_values = re.sub(r"\[[^\]]*\]", "[]", plain)
    for pattern, slug in _SELECTORS.items():
        if re.search(pattern, without_values, re.IGNORECASE):
            yield slug


def of_declaration(declaration: Declaration) -> Iterator[str]:
    """The features of a property and of its value."""
    name, value = declaration
    if name.startswith("--"):
        yield "css-variables"
        return
    yield f"css-{_named(name)}"
    yield from _of_value(name, _STRINGS.sub("''", value))


def _named(name: str) -> str:
    for pattern, feature in _PROPERTIES.items():
        if re.fullmatch(pattern, name):
            return feature or name.partition("-")[0]
    return name


def _of_value(name: str, value: str) -> Iterator[str]:
    if "!important" in value:
        yield "css-important"
    if name == "display" and (kind := re.match(r"none|flex|grid", value)):
        yield f"css-display-{kind[0]}"
    if name.startswith("font") and _SYSTEM_FONTS.search(value):
        yield "css-sytem-ui"  # as the data spells it
    if re.search(r"\binitial\b", value):
        yield "css-unit-initial"
    for unit in {unit.lower() for unit in _UNITS.findall(value)}:
        yield f"css-unit-{'percent' if unit == '%' else unit}"
    for function in _FUNCTIONS.findall(value):
        yield _FUNCTION_SLUGS.get(function.lower(), f"css-function-{function.lower()}")
