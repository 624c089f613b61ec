"""JSON-LD: valid for any title, and safe inside of a script element."""

from __future__ import annotations

import json
from datetime import date

import pytest

from papers.citation.json_ld import json_ld
from tests.papers.citation.hostile_titles import NAMES, TITLES, paper


def test_a_paper_is_a_scholarly_article() -> None:
    das = paper(authors=["Abhishek Das", "Qwen Team"], published_on=date(2016, 11, 26))
    assert json.loads(json_ld(das, "http://localhost:8000/papers/1611.08669/card.png")) == {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "@id": "http://localhost:8000/papers/1611.08669",
        "url": "http://localhost:8000/papers/1611.08669",
        "headline": "Visual Dialog",
        "name": "Visual Dialog",
        "author": [
            {"@type": "Person", "name": "Abhishek Das"},
            {"@type": "Organization", "name": "Qwen Team"},
        ],
        "datePublished": "2016-11-26",
        "keywords": ["cs.CV", "cs.AI"],
        "identifier": ["arXiv:1611.08669", "doi:10.48550/arXiv.1611.08669"],
        "sameAs": "https://arxiv.org/abs/1611.08669",
        "image": "http://localhost:8000/papers/1611.08669/card.png",
        "isAccessibleForFree": True,
    }


@pytest.mark.parametrize("title", TITLES)
def test_no_title_ends_the_script_or_breaks_the_json(title: str) -> None:
    text = json_ld(paper(title, summary=title, authors=[*NAMES, title]))
    assert not set("<>&\u2028\u2029\n").intersection(text)
    assert json.loads(text)["@type"] == "ScholarlyArticle"


def test_letters_of_all_scripts_stay_as_they_are() -> None:
    assert "王伟" in json_ld(paper())
