"""What a mail's HTML uses: each feature of caniemail.com with the element on which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final, Literal, NamedTuple

from tests.emails.css import declarations as declarations_of
from tests.emails.css import of_declaration, of_rule, rules

# Who reads a part: everybody; Word alone, in a comment for it; or everybody but Word.
Readers = Literal["all", "word", "not word"]


class Use(NamedTuple):
    """A feature that is used."""

    feature: str  # as caniemail.com names it: "css-padding", "html-table"
    element: str  # "td"; the selector in a style sheet
    example: str  # "padding-top: 4px"
    readers: Readers = "all"
    within: frozenset[str] = frozenset()  # features without which a program does not get so far


_GROUPS: Final = {
    "html-h1-h6": ("h1", "h2", "h3", "h4", "h5", "h6"),
    "html-lists": ("ul", "ol", "li", "dl", "dt", "dd"),
    "html-table": ("table", "tr", "td", "th", "tbody", "thead"),
    "html-strong": ("strong", "b", "em", "i"),
    "html-semantics": (
        "article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark",
        "nav", "section", "summary", "time",
    ),
}  # fmt: skip
_GROUP_OF: Final = {tag: slug for slug, tags in _GROUPS.items() for tag in tags}
_SCHEMES: Final = {"color-scheme", "supported-color-schemes"}
_FOR_WORD: Final = re.compile(r"\[if [^\]]*\bmso\b[^\]]*\]>(.*)<!\[endif\]", re.DOTALL)
_NOT_FOR_WORD: Final = re.compile(r"\[if !mso\]")


def uses(html: str, readers: Readers = "all") -> set[Use]:
    """All features that a mail's HTML uses, each once for an element and an example."""
    reader = _Reader(readers)
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, readers: Readers) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[Use] = set()
        self._readers: Readers = readers
        self._in_style = False

    def handle_decl(self, decl: str) -> None:
        if decl.lower() == "doctype html":
            self._add(["html-doctype"], "!doctype", decl)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        self._add([_GROUP_OF.get(tag, f"html-{tag}")], tag, f"<{tag}>")
        for name, value in attrs:
            self._add(_of_attribute(tag, name, value or ""), tag, f"{name}={value}")
        values = dict(attrs)
        if tag == "meta" and values.get("name") in _SCHEMES:
            self._add(["html-meta-color-scheme"], tag, str(values["name"]))
        self._read_style(tag, values.get("style") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        for rule in rules(data) if self._in_style else ():
            around = {"html-style", *of_rule(rule._replace(selector="", declarations=[]))}
            text = " ".join((*rule.around, rule.selector))
            self._add(of_rule(rule), rule.selector, text, around - {*of_rule(rule)})
            for name, value in rule.declarations:
                self._read_style(rule.selector, f"{name}: {value}", around)

    def handle_comment(self, data: str) -> None:
        self._add(["html-comments"], "!--", "<!-- -->")
        if _NOT_FOR_WORD.match(data):
            self._readers = "not word"
        elif data.startswith("<![endif]"):
            self._readers = "all"
        elif found := _FOR_WORD.match(data):
            self.found |= uses(found[1], "word")

    def _read_style(self, element: str, style: str, within: Iterable[str] = ()) -> None:
        for declaration in declarations_of(style):
            text = f"{declaration.name}: {declaration.value}"
            self._add(of_declaration(declaration), element, text, within)

    def _add(
        self, features: Iterable[str], element: str, example: str, within: Iterable[str] = ()
    ) -> None:
        for feature in features:
            self.found.add(Use(feature, element, example, self._readers, frozenset(within)))


def _of_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    """The feature of an attribute; `style` and `class` are read elsewhere."""
    if name in {"style", "class"}:
        return
    if tag == "a" and name == "href" and value.startswith(("mailto:", "#")):
        yield "html-mailto-links" if value.startswith("mailto:") else "html-anchor-links"
    else:
        yield f"html-{name}"
