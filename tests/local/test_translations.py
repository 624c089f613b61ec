"""`make messages`, and that every text of the code is translated into every language."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from local.translations import (
    ROOT,
    Found,
    as_po,
    compiled,
    faults,
    in_source,
    in_template,
    languages,
    main,
    messages,
    po_path,
    read,
    template_of,
    untranslated,
    updated,
)

HERE = "a/file"


# ── the languages of the site ────────────────────────────────────────────────


def test_every_language_of_the_settings_has_a_catalogue() -> None:
    assert ["en", *languages()] == [code for code, _ in settings.LANGUAGES]


@pytest.mark.parametrize("language", languages())
def test_every_text_of_the_code_is_translated(language: str) -> None:
    """`make messages` finds the texts of the code; docs/languages.md says how to go on."""
    assert list(faults(read(language), template_of(messages()))) == []


@pytest.mark.parametrize("language", languages())
def test_the_compiled_catalogue_is_that_of_its_text(language: str) -> None:
    stored = po_path(language).with_suffix(".mo").read_bytes()
    assert texts_of(stored) == texts_of(compiled(read(language)))


@pytest.mark.parametrize("language", languages())
def test_the_text_file_is_as_make_messages_writes_it(language: str) -> None:
    assert as_po(read(language)) == po_path(language).read_bytes()


# English for everybody: operators, developers, feeds and the documentation of the API.
FOR_ALL = ("admin/", "feeds/", "pages/_api", "pages/api_docs", "pages/mailbox/", "unfold/")


def test_no_template_shows_words_that_are_not_translated() -> None:
    folder = ROOT / "templates"
    files = (path for path in folder.rglob("*.*") if path.suffix in {".html", ".txt"})
    names = {str(path.relative_to(folder)): path for path in files}
    found = {
        name: words
        for name, path in names.items()
        if not name.startswith(FOR_ALL) and (words := untranslated(path.read_text()))
    }
    assert found == {}


def test_no_text_begins_in_the_middle_of_a_sentence() -> None:
    """Another language has another order: a link within a sentence is a part of its text."""
    assert [one for one in messages() if one.text[0] in ",.;:)"] == []


def texts_of(compiled: bytes) -> dict[object, str]:
    """What gettext reads, without the header, which names the version of Babel."""
    found = vars(gettext.GNUTranslations(io.BytesIO(compiled)))["_catalog"]
    return {key: text for key, text in found.items() if key}


def test_it_finds_texts_of_each_kind_of_file() -> None:
    folders = {Path(one.path).parts[0] for one in messages(ROOT)}
    assert folders >= {"newsletter", "papers", "subscribers", "templates"}


# ── finding texts ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("One")', [Found(None, "One", "", HERE)]),
        ('gettext_lazy(\n    "One "\n    "two"\n)', [Found(None, "One two", "", HERE)]),
        ('ngettext("a paper", "papers", n)', [Found(None, "a paper", "papers", HERE)]),
        ('pgettext("topic", "Code")', [Found("topic", "Code", "", HERE)]),
        ("_(name)", []),
        ('pgettext("topic", name)', []),
        ('print("One")', []),
        ('_("")', []),
    ],
)
def test_texts_of_a_source(source: str, found: list[Found]) -> None:
    assert list(in_source(source, HERE)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('  <p>{% translate "It’s one" %}</p>', [Found(None, "It’s one", "", HERE)]),
        ('{% trans "Code" context "topic" %}', [Found("topic", "Code", "", HERE)]),
        (
            "{% blocktranslate trimmed %}\n  Read\n  {{ it }}, 100 %\n{% endblocktranslate %}",
            [Found(None, "Read %(it)s, 100 %%", "", HERE)],
        ),
        (
            "{% blocktranslate count n=n %}a day{% plural %}{{ n }} days{% endblocktranslate %}",
            [Found(None, "a day", "%(n)s days", HERE)],
        ),
        ("    <p>It isn't {{ one }}</p>\n  {# It's none #}", []),
    ],
)
def test_texts_of_a_template(source: str, found: list[Found]) -> None:
    assert list(in_template(source, HERE)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>One</p>", ["One"]),
        ("<p>{{ one }}: {% if it %}<b>One\ntwo</b>{% endif %}</p>", ["One", "two"]),
        ('<p aria-label="One {{ it }}">2</p>', ["One"]),
        ('<a title="{% translate "One" %}" href="/one" class="two">arXiv</a>', []),
        ('<p>{% translate "One" %} · {{ one }}&nbsp;</p>', []),
        ("{% blocktranslate trimmed %}\n<b>One</b> {{ it }}\n{% endblocktranslate %}", []),
        ("{# One #}{% comment %}{% endcomment %}<style>p { color: red }</style>", []),
        ("{% block dark_rules %}p { color: red }{% endblock %}<p>One</p>", ["One"]),
        ("{% block body_class %}front{% endblock body_class %}<p>One</p>", ["One"]),
        ("<!DOCTYPE html><html><title>Trending Papers</title>", []),
    ],
)
def test_words_that_a_template_does_not_translate_are_found(source: str, found: list[str]) -> None:
    assert untranslated(source) == found


# ── what is wrong with a catalogue ───────────────────────────────────────────


def german(
    text: str | tuple[str, str], translation: str | tuple[str, str], flags: tuple[str, ...] = ()
) -> Catalog:
    catalog = Catalog(locale="de")
    catalog.add(text, translation, flags=flags)
    return catalog


def template(*texts: Found) -> Catalog:
    return template_of(iter(texts))


ONE = Found(None, "One %(it)s", "", HERE)
MANY = Found(None, "a day", "%(n)s days", HERE)


@pytest.mark.parametrize(
    ("catalog", "expected"),
    [
        (german("One %(it)s", "Ein %(it)s"), []),
        (german("One %(it)s", ""), ["not translated: 'One %(it)s'"]),
        (german("One %(it)s", "Ein %(it)s", ("fuzzy",)), ["doubtful: 'One %(it)s'"]),
        (german("One %(it)s", "Ein"), ["other placeholders: 'One %(it)s'"]),
        (german("One %(it)s", "Ein %(its)s"), ["other placeholders: 'One %(it)s'"]),
        (german("One %(it)s", "<b>Ein %(it)s"), ["other placeholders: 'One %(it)s'"]),
        (german("Two", "Zwei"), ["missing: 'One %(it)s'", "in no code: 'Two'"]),
    ],
)
def test_a_fault_of_a_catalogue_is_found(catalog: Catalog, expected: list[str]) -> None:
    assert list(faults(catalog, template(ONE))) == expected


@pytest.mark.parametrize(
    ("forms", "is_right"),
    [
        (("ein Tag", "%(n)s Tage"), True),
        (("%(n)s Tag", "%(n)s Tage"), True),
        (("ein Tag", "Tage"), False),
        (("%(m)s Tag", "%(n)s Tage"), False),
        (("ein Tag", ""), False),
    ],
)
def test_each_form_of_a_plural_is_looked_at(forms: tuple[str, str], is_right: bool) -> None:
    found = list(faults(german(("a day", "%(n)s days"), forms), template(MANY)))
    assert (found == []) == is_right


def test_a_text_that_resembles_one_that_is_gone_is_doubtful() -> None:
    changed = Found(None, "The links to change what you get, and to unsubscribe.", "", HERE)
    catalog = german("The links to change what you get, and to leave.", "Die Links")
    assert list(faults(updated(catalog, template(changed)), template(changed))) == [
        f"doubtful: {changed.text!r}"
    ]


def test_it_writes_a_new_language_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "one.py").write_text('_("One")\n_("Two")\n')
    assert main(tmp_path, new=("fr",)) == 2
    path = po_path("fr", tmp_path)
    first = path.read_text()
    path.write_text(first.replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Un"'))
    assert main(tmp_path) == 1
    second = path.read_bytes()
    assert main(tmp_path) == 1
    assert path.read_bytes() == second
    assert texts_of(path.with_suffix(".mo").read_bytes()) == {"One": "Un"}
