"""A digest's HTML as a part of a page: the body of the mail without its own style.

A mail carries its style in attributes, which the site's Content-Security-Policy does not allow, and
its classes are names of the site's style sheet too. So attributes of presentation are dropped, and
each class gets a prefix; static/editions.css gives these classes the look of the mail. Its headings
are those of a part.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import Final

from django.utils.safestring import SafeString

PREFIX: Final = "mail-"
# What stays of an element. All else is presentation or has no use inside of a page.
_KEPT: Final = {"a": ("href",), "table": ("role",), "img": ("src", "alt", "width", "height")}
_OF_ALL: Final = ("lang", "dir")
_VOID: Final = {"br", "hr", "img", "wbr"}
_LEFT_OUT: Final = {"style", "script", "title", "template"}  # with all that is in them
_LOWER: Final = {"h1": "h2", "h2": "h3", "h3": "h4"}  # the page has a heading of its own
_UNWRAPPED: Final = {"html", "head", "body", "meta", "link", "base"}
_HIDDEN: Final = "preheader"  # a mail program's list shows it; in a page it would be shown twice
_WEB: Final = ("https://", "http://", "/", "mailto:")

LinkOf = Callable[[str], str]


def mail_part(html: str, link_of: LinkOf = str) -> SafeString:
    """The inside of a mail's body, for a template.

    Args:
        html: a whole mail of ours, made by `DigestBody`.
        link_of: the address that a link gets in the page; "" removes the link and leaves its text.
    """
    reader = _MailReader(link_of)
    reader.feed(html)
    reader.close()
    return SafeString("".join(reader.parts))


class _MailReader(HTMLParser):
    """Writes the elements again that a page may hold, with the attributes that it may hold."""

    def __init__(self, link_of: LinkOf) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._link_of = link_of
        self._open: list[tuple[str, bool]] = []  # the open elements, and whether each is written

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _LOWER.get(tag, tag)
        attributes = {name: value or "" for name, value in attrs}
        is_written = self._is_written(tag, attributes)
        if is_written:
            self.parts.append(f"<{tag}{self._attributes(tag, attributes)}>")
        if tag not in _VOID | {"meta", "link", "base"}:
            self._open.append((tag, is_written))

    def _is_written(self, tag: str, attributes: dict[str, str]) -> bool:
        if self._is_left_out or tag in _UNWRAPPED or tag in _LEFT_OUT:
            return False
        if _HIDDEN in attributes.get("class", "").split():
            return False
        return tag != "a" or bool(self._address(attributes))

    @property
    def _is_left_out(self) -> bool:
        """Whether an element around this place is left out with all that is in it."""
        return any(
            not is_written and tag not in _UNWRAPPED and tag != "a"
            for tag, is_written in self._open
        )

    def _attributes(self, tag: str, attributes: dict[str, str]) -> str:
        kept = {
            name: attributes[name] for name in (*_KEPT.get(tag, ()), *_OF_ALL) if name in attributes
        }
        if tag == "a":
            kept["href"] = self._address(attributes)
            if not kept["href"].startswith("/"):
                kept["rel"] = "noopener"
        if classes := attributes.get("class", "").split():
            kept["class"] = " ".join(f"{PREFIX}{name}" for name in classes)
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _address(self, attributes: dict[str, str]) -> str:
        found = self._link_of(attributes.get("href", ""))
        return found if found.startswith(_WEB) else ""

    def handle_endtag(self, tag: str) -> None:
        tag = _LOWER.get(tag, tag)
        places = [place for place, (name, _) in enumerate(self._open) if name == tag]
        if not places:
            return
        while len(self._open) > places[-1]:
            name, is_written = self._open.pop()
            if is_written:
                self.parts.append(f"</{name}>")

    def handle_data(self, data: str) -> None:
        if not self._is_left_out:
            self.parts.append(escape(data, quote=False))

    def close(self) -> None:
        super().close()
        while self._open:
            name, is_written = self._open.pop()
            if is_written:
                self.parts.append(f"</{name}>")
