"""The code and the page of a paper, found in its comment and its abstract."""

from __future__ import annotations

import pytest

from papers.sources.links import code_url, project_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://github.com/ada/engine", "https://github.com/ada/engine"),
        ("Code at github.com/ada/engine.", "https://github.com/ada/engine"),
        (r"\url{https://www.github.com/ada/engine}", "https://github.com/ada/engine"),
        ("(http://GitHub.com/Ada/Engine.git)", "https://github.com/Ada/Engine"),
        ("https://github.com/ada/engine/tree/main/src", "https://github.com/ada/engine"),
        ("https://gitlab.com/ada/engine-2,", "https://gitlab.com/ada/engine-2"),
        ("https://codeberg.org/ada/engine", "https://codeberg.org/ada/engine"),
        ("see https://github.com/topics/llm", ""),
        ("see https://github.com/ada", ""),
        ("https://example.org/github.com-ada", ""),
        ("12 pages, 3 figures", ""),
    ],
)
def test_a_repository_is_found_in_every_spelling(text: str, url: str) -> None:
    assert code_url(text, "") == url
    assert code_url("", text) == url


def test_the_first_link_of_a_comment_counts() -> None:
    comment = "Code: github.com/ada/engine, data: github.com/ada/tables"
    assert (
        code_url(comment, "We extend github.com/alan/machine.") == "https://github.com/ada/engine"
    )


def test_several_repositories_in_an_abstract_count_as_none() -> None:
    assert code_url("", "We compare github.com/a/one and github.com/b/two.") == ""


def test_an_abstract_may_name_its_repository_twice() -> None:
    text = "Code: github.com/Ada/Engine. Again: https://github.com/ada/engine."
    assert code_url("", text) == "https://github.com/Ada/Engine"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Project page: https://ada.github.io/engine/.", "https://ada.github.io/engine/"),
        ("https://engine-lab.github.io", "https://engine-lab.github.io"),
        ("at ada.gitlab.io/engine", "https://ada.gitlab.io/engine"),
        ("https://github.com/ada/engine", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_project_is_found(text: str, url: str) -> None:
    assert project_url(text, "") == url
    assert project_url("", text) == url
