"""What a reply says itself: its text without the mail that it quotes. Pure, linear in its size."""

from __future__ import annotations

import re
from html import unescape
from itertools import takewhile
from typing import Final

from mail.inbound.mime import Part

LONGEST: Final = 20_000  # characters of a reply
_WRITES: Final = (
    r"wrote|writes|schrieb|schreibt|a [ée]crit|escribi[óo]|ha scritto|escreveu|schreef|skrev|"
    r"napisa[łl]\S*|napsal\S*|kirjoitti|написа\S*|пишет|写道|寫道|のメール|님이 작성|yazd[ıi]|"
    r"[íi]rta|a scris|έγραψε|كتب|כתב"
)
# "On 12 March, Ada wrote:", perhaps over three lines, in many languages.
_INTRODUCTION: Final = re.compile(rf"(?:{_WRITES})[^\n]{{0,80}}[:：]\s*$", re.IGNORECASE)
_STARTS: Final = re.compile(
    r"\s*(?:on|am|le|el|il|em|op|den|p[åa]|w dniu|dnia|dne|в|στις|pada|vào|\d|\"|<)",
    re.IGNORECASE,
)
_QUOTE: Final = re.compile(
    r"\s*(?:>|\||-{2,} ?\w[^\n]{0,60}-{2,}\s*$|_{10,}\s*$|-- ?$|={5,}|"
    r"(?:from|von|de|da|van|fr[åa]n|fra|od|от|отправитель|差出人|发件人|發件人|寄件者|보낸 ?사람|"
    r"kimden|l[äa]hett[äa]j[äa]|felad[óo]|from)\s?[:：]\s?\S)",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(
    r"\s*(?:sent (?:from|via) (?:my|the|yahoo|outlook|mail|proton)|get outlook for|"
    r"von mei(?:nem|ner) \S+ (?:gesendet|aus)|gesendet (?:von|mit)|envoy[ée] (?:de|depuis)|"
    r"enviado (?:desde|do|de)|inviato da|verzonden (?:vanaf|met)|verstuurd vanaf|"
    r"skickat fr[åa]n|sendt fra|wys[łl]ane z|отправлено (?:с|из)|iphone ?から)",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z!][a-zA-Z0-9]{0,20})([^<>]{0,2000})>?|[^<]+|<")
_UNREAD: Final = frozenset({"style", "script", "head", "title"})
_BREAKS: Final = frozenset(
    {"br", "p", "div", "blockquote", "li", "tr", "table", "h1", "h2", "h3", "hr"}
)
# What stands in such an element introduces the quoted mail; behind the others all is quoted.
_INTRODUCES: Final = re.compile(r"gmail_quote|gmail_attr|moz-cite-prefix", re.IGNORECASE)
_QUOTED_BEHIND: Final = re.compile(
    r"yahoo_quoted|divrplyfwdmsg|appendonsend|mail-editor-reference", re.IGNORECASE
)


def text_of(mail: Part) -> str:
    """All the text that people read of a mail, plain where it is there, at most LONGEST."""
    parts = list(mail.walk())
    plain = [one.text() for one in parts if one.kind == "text/plain" and not file_name(one)]
    text = "\n".join(one for one in plain if one.strip())
    if not text:
        text = "\n".join(_without_tags(one.text()) for one in parts if one.kind == "text/html")
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(lines).strip()[:LONGEST]


def file_name(part: Part) -> str:
    """The name of an attached file; empty for a part that is read."""
    disposition = part.header("content-disposition")
    found = re.search(r"filename\*?=\"?([^\";]{1,100})", disposition, re.IGNORECASE)
    name = found[1] if found else part.parameters.get("name", "")
    if name or disposition.lower().startswith("attachment"):
        return " ".join((name or part.kind).split())[:100]
    return ""


def new_text(text: str) -> str:
    """The text before the quoted mail; where the quotation stands first, what follows it."""
    lines = text[:LONGEST].split("\n")
    before = _before_quote(lines)
    if before:
        return before
    start = next((n for n, line in enumerate(lines) if line.lstrip().startswith(">")), None)
    if start is None:
        return ""
    rest = lines[start:]
    while rest and (rest[0].lstrip().startswith(">") or not rest[0].strip()):
        rest.pop(0)
    return _before_quote(rest)


def _before_quote(lines: list[str]) -> str:
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _QUOTE.match(line) or _begins_introduction(lines[place : place + 3]):
            break
        if not _SIGNATURE.match(line):
            kept.append(line)
    return "\n".join(kept).strip()


def _begins_introduction(those: list[str]) -> bool:
    """Whether "On 12 March Ada" begins in the first line and ends with "wrote:" two lines later."""
    lines = list(takewhile(str.strip, those))
    if lines and not _STARTS.match(lines[0]):
        lines = lines[:1]
    joined = (" ".join(lines[: size + 1])[:400] for size in range(len(lines)))
    return any(_INTRODUCTION.search(one) and re.search(r"[\d@]", one) for one in joined)


def _without_tags(html: str) -> str:
    """HTML as text; a line of the quoted mail begins with "> ", as in a plain reply."""
    reading = _Html()
    unread = ""
    for found in _TAG.finditer(html):
        slash, name, rest = found[1], (found[2] or "").lower(), found[3] or ""
        if unread:
            unread = "" if slash and name == unread else unread
        elif not name:
            reading.words(found[0])
        elif name in _UNREAD:
            unread = "" if slash else name
        else:
            reading.tag(name, rest, is_end=bool(slash))
    return reading.text()


class _Html:
    """The lines of a text in HTML, and whether what comes next is quoted."""

    def __init__(self) -> None:
        self._lines: list[tuple[bool, list[str]]] = []
        self._depth = 0
        self._introduces = ""  # the element in which the quoted mail is introduced
        self._is_rest_quoted = False

    def words(self, text: str) -> None:
        if not self._lines:
            self._begin_line()
        self._lines[-1][1].append(text)

    def tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        if is_end and name == self._introduces:
            self._introduces = ""
        if name == "blockquote":
            self._depth = max(self._depth - 1, 0) if is_end else self._depth + 1
            self._introduces = ""
        elif _INTRODUCES.search(attributes):
            self._introduces = name
        self._is_rest_quoted = self._is_rest_quoted or bool(_QUOTED_BEHIND.search(attributes))
        if name in _BREAKS:
            self._begin_line()

    def _begin_line(self) -> None:
        is_quoted = bool(self._depth or self._introduces or self._is_rest_quoted)
        self._lines.append((is_quoted, []))

    def text(self) -> str:
        shown: list[str] = []
        for is_quoted, words in self._lines:
            line = " ".join(unescape("".join(words)).split())
            if line:
                shown.append(f"> {line}" if is_quoted else line)
            elif shown and shown[-1]:
                shown.append("")
        return "\n".join(shown)
