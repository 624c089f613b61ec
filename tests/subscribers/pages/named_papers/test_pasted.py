"""Papers in a form: pasted, or in a file."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from subscribers.pages.named_papers.pasted import PastedPapers, pasted_papers, takes_file
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sources(settings: Settings) -> None:
    settings.SOURCES = ["arxiv", "semantic_scholar"]


def sent(text: str = "", content: bytes | None = None) -> PastedPapers:
    values: dict[str, Any] = {"pasted": text}
    if content is not None:
        values["file"] = SimpleUploadedFile("library.bib", content)
    found: list[PastedPapers] = []

    @takes_file
    def view(request: HttpRequest) -> HttpResponse:
        found.append(pasted_papers(request))
        return HttpResponse()

    view(RequestFactory().post("/", values))
    return found[0]


def test_text_and_file_are_read_together() -> None:
    pasted = sent("1706.03762", b"@misc{a, eprint={1810.04805}, archivePrefix={arXiv}}")
    ids = [one.identity and one.identity.value for one in pasted.matched.wanted]
    assert ids == ["1706.03762", "1810.04805"]


def test_a_file_goes_into_the_field_as_lines() -> None:
    title = "A study of tea"
    make_paper(title, title_key=title.lower())
    pasted = sent("1706.03762", b"10.1000/x\nA study of tea\n0000-0002-1825-0097\n")
    assert pasted.text == f"1706.03762\n10.1000/x\n{title}\n0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "unpack it"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"\x89PNG", "This is a picture"),
        (bytes(range(32)) * 9, "holds no text"),
        (b"1" * 1_100_000, "larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_to_be_one(content: bytes, words: str) -> None:
    pasted = sent("1706.03762", content)
    assert words in str(pasted.error)
    assert pasted.text == "1706.03762"


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_nothing_is_empty(content: bytes | None) -> None:
    pasted = sent(" \n", content)
    assert pasted.is_empty
    assert not pasted.error


def test_five_unclear_lines_are_repeated_and_the_others_counted() -> None:
    pasted = sent("\n".join(f"what is this {number}" for number in range(7)))
    assert pasted.unclear[0] == (1, "what is this 0")
    assert (len(pasted.unclear), pasted.more_unclear) == (5, 2)


def test_a_field_named_file_without_a_file_is_no_harm() -> None:
    request = RequestFactory().post("/", {"file": "text", "pasted": "1706.03762"})
    assert len(pasted_papers(request).matched.wanted) == 1


def test_what_is_here_stands_apart_from_what_is_not() -> None:
    paper = make_paper(arxiv_id="1706.03762")
    assert (sent("1706.03762").here, sent("1706.03762").names_others) == ([paper], False)
    for other in ("1810.04805", "10.1000/x", "0000-0002-1825-0097", "A title of no paper here"):
        assert (sent(other).here, sent(other).names_others) == ([], True)
    assert not PastedPapers().names_others
