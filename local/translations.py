"""`make messages`: bring locale/ up to date with the texts in the code, and compile it.

It needs Babel alone, which `make test` installs, and not GNU gettext as Django's own command does.
Each language has a text file, `locale/de/LC_MESSAGES/django.po`, for people, and beside it the
compiled form that the service reads. Both are in the repository: nothing is compiled on a start.
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent
_CODE: Final = ("config", "local", "mail", "newsletter", "papers", "subscribers", "web")
_SEEDS: Final = "papers/catalogue/topic_seeds.toml"
_KEYWORDS: Final = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# Babel writes the time into a catalogue: a fixed one, or each run would change each file.
_NO_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|</?\w+")
_TRANSLATING: Final = ("blocktranslate", "endblocktranslate", "blocktrans", "endblocktrans")
# What fills a block within the style sheet of another template.
_RULES: Final = re.compile(r"({% block \w+_rules %}).*?({% endblock)", re.DOTALL)
_UNSEEN: Final = re.compile(r"<(style|script)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_NO_WORDS: Final = ("block body_class", "block dark_rules")  # the name of a class; CSS
_CODE_FOLLOWS: Final = "\0\0"
_TAG: Final = re.compile(r"<[^<>]*>")
_SEEN_ATTRIBUTE: Final = re.compile(r'\b(?:aria-label|alt|title|placeholder)="([^"]*)"')
_NAMES: Final = re.compile(
    r"\b(?:Trending Papers|TRENDING PAPERS|arXiv|BibTeX|RIS|PDF|HTML|GitHub|Hugging Face|API|Atom"
    r"|Semantic Scholar|Zotero|DOCTYPE html)\b|[\w.]+@[\w.]+"
)
TOPIC: Final = (
    "topic"  # the context of the names and descriptions of topics, which come from the seeds
)


class Found(NamedTuple):
    """A text of the code: in which context, its singular, its plural or "", and where it stands."""

    context: str | None
    text: str
    plural: str
    path: str


# ── the texts of the code ────────────────────────────────────────────────────


def messages(root: Path = ROOT) -> Iterator[Found]:
    """Every text that the code, the templates and the seeds of topics want translated."""
    for folder in _CODE:
        for path in sorted((root / folder).rglob("*.py")):
            yield from in_source(path.read_text(), str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            yield from in_template(path.read_text(), str(path.relative_to(root)))
    if (root / _SEEDS).exists():
        for topic in tomllib.loads((root / _SEEDS).read_text())["topic"]:
            yield from (Found(TOPIC, topic[name], "", _SEEDS) for name in ("name", "description"))


def in_template(source: str, path: str) -> Iterator[Found]:
    """The texts of a template, by way of what Django makes of it: Python, but for its indents."""
    python = re.sub(r"^[ \t]+", "", templatize(source, origin=path), flags=re.MULTILINE)
    return in_source(python, path)


def in_source(source: str, path: str) -> Iterator[Found]:
    """The texts of a Python source."""
    lines = io.BytesIO(source.encode())
    for _line, given, _comments, context in extract("python", lines, _KEYWORDS):
        text, plural = given if isinstance(given, tuple) else (given, "")
        yield Found(context, text, plural, path)


def untranslated(source: str) -> list[str]:
    """What a template shows in words of its own, outside of the tags that translate them.

    Names of products are the same in every language.
    """
    shown: list[str] = []
    is_inside = False
    for token in Lexer(_RULES.sub(r"\1\2", source)).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK and word in _TRANSLATING:
            is_inside = not word.startswith("end")
        elif shown and shown[-1] == _CODE_FOLLOWS:
            shown.append("")
        elif token.contents in _NO_WORDS:
            shown.append(_CODE_FOLLOWS)
        elif token.token_type == TokenType.TEXT and not is_inside:
            shown.append(token.contents)
        elif not is_inside:
            shown.append("\0")  # stands for the tag, or an attribute would end at it
    plain = _UNSEEN.sub(" ", "".join(shown))
    texts = [*_SEEN_ATTRIBUTE.findall(plain), *_TAG.sub("\n", plain).split("\n")]
    found = (" ".join(_NAMES.sub(" ", text.replace("\0", " ")).split()) for text in texts)
    return [text for text in found if re.search(r"[a-zA-Z]{2}", re.sub(r"&\w+;", "", text))]


def template_of(found: Iterator[Found]) -> Catalog:
    """These texts as a catalogue without translations."""
    catalog = Catalog(creation_date=_NO_TIME)
    for one in found:
        text = (one.text, one.plural) if one.plural else one.text
        catalog.add(text, locations=[(one.path, 0)], context=one.context)
    return catalog


# ── the files ────────────────────────────────────────────────────────────────


def languages(root: Path = ROOT) -> list[str]:
    """The languages that locale/ has, besides that of the code."""
    return sorted(path.parent.parent.name for path in root.glob("locale/*/LC_MESSAGES/django.po"))


def po_path(language: str, root: Path = ROOT) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str, root: Path = ROOT) -> Catalog:
    """The catalogue of a language; an empty one if it has none yet."""
    path = po_path(language, root)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(catalog: Catalog, template: Catalog) -> Catalog:
    """The catalogue with exactly the texts of the template.

    What resembles a text that is gone gets its translation and is marked "fuzzy": it does not count
    until a person has taken the mark away. What is gone stays at the end, as a comment.
    """
    catalog.update(template, keep_user_comments=True)
    for key, message in list(catalog.obsolete.items()):
        if not any(_texts(message.string)):
            del catalog.obsolete[key]
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """The text file: what it says depends on its texts and translations only."""
    catalog.creation_date = catalog.revision_date = _NO_TIME
    catalog.project, catalog.version = "Trending Papers", "1"
    catalog.last_translator = catalog.language_team = ""
    catalog.header_comment = "# Written by `make messages`; translate by hand: docs/languages.md."
    catalog.fuzzy = False
    for message in catalog:
        if not message.python_format:  # taken over from the text that it resembles
            message.flags.discard("python-format")
    file = io.BytesIO()
    write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The form that the service reads, without texts that have no translation."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


# ── what is wrong with a catalogue ───────────────────────────────────────────


def faults(catalog: Catalog, template: Catalog) -> Iterator[str]:
    """A line for each text that is missing, not translated, doubtful, superfluous or broken."""
    for message in template:
        if not message.id:
            continue
        own = catalog.get(_first(message), context=message.context)
        if own is None or own.id != message.id:
            yield f"missing: {_first(message)!r}"
        elif not all(_texts(own.string)):
            yield f"not translated: {_first(message)!r}"
        elif own.fuzzy:
            yield f"doubtful: {_first(message)!r}"
        elif not _has_same_places(own):
            yield f"other placeholders: {_first(message)!r}"
    for message in catalog:
        if message.id and template.get(_first(message), context=message.context) is None:
            yield f"in no code: {_first(message)!r}"


def _texts(given: object) -> list[str]:
    """The text of a message or of a translation, then its plural forms."""
    return [str(text) for text in given] if isinstance(given, tuple | list) else [str(given or "")]


def _first(message: Message) -> str:
    return _texts(message.id)[0]


def _has_same_places(message: Message) -> bool:
    """Whether a translation has the placeholders and the tags of its text.

    One form of a plural may leave out the number: "one day". So the last form is compared, and no
    form may have a placeholder that its text does not have.
    """
    texts, forms = _texts(message.id), _texts(message.string)
    known = {place for text in texts for place in _places(text)}
    is_same = _places(texts[-1]) == _places(forms[-1])
    return is_same and all(set(_places(form)) <= known for form in forms)


def _places(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def main(root: Path = ROOT, new: tuple[str, ...] = ()) -> int:
    """Update and compile every language of locale/, and those of `new`; how many texts lack."""
    template, lacking = template_of(messages(root)), 0
    for language in sorted({*languages(root), *new}):
        catalog = updated(read(language, root), template)
        path = po_path(language, root)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_po(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        found = list(faults(catalog, template))
        lacking += len(found)
        sys.stdout.write("".join(f"{language}: {line}\n" for line in found))
        sys.stdout.write(f"{language}: {len(template)} texts, {len(found)} to do\n")
    return lacking


if __name__ == "__main__":
    main(new=tuple(sys.argv[1:]))
