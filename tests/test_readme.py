"""The README and the docs: every link has a target, every command exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / "docs").rglob("*.md"),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(page: Path) -> list[str]:
    outside = ("http://", "https://", "mailto:")
    return [link for link in LINK.findall(page.read_text()) if not link.startswith(outside)]


def anchors(page: Path) -> set[str]:
    """The anchors that a code host makes from the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_has_a_file_and_a_heading(document: Path) -> None:
    for link in links(document):
        name, _, anchor = link.partition("#")
        target = (document.parent / name) if name else document
        assert target.exists(), f"{link}: no such file"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("document", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = re.findall(r"`([^`\n]+)`|^    (.+)$|^(make .+)$", document.read_text(), re.MULTILINE)
    commands = [next(part for part in parts if part) for parts in code]
    named = {
        word for command in commands for word in re.findall(r"(?:^|[ =\d])make ([a-z]+)", command)
    }
    assert named <= targets


@pytest.mark.parametrize("document", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_management_command_exists(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))
    assert named <= get_commands().keys()


def test_the_readme_begins_with_three_sentences_on_the_project() -> None:
    paragraphs = (ROOT / "README.md").read_text().split("\n\n")
    assert paragraphs[0] == "# Trending Papers"
    sentences = re.findall(r"[.!?](?:\s|$)", paragraphs[1])
    assert len(sentences) == 3


def test_the_readme_names_the_two_commands_and_shows_pictures() -> None:
    text = (ROOT / "README.md").read_text()
    for command in ("make run", "make test"):
        assert f"\n{command}\n" in text
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    names = ("front-page", "choices", "paper", "digest", "learned")
    assert pictures == [f"docs/images/{name}.png" for name in names]


def test_every_page_of_the_docs_is_in_their_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link).resolve() for link in links(index)}
    pages = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - {index.resolve()}
    assert pages <= listed


def test_the_changelog_begins_with_unreleased_changes() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
