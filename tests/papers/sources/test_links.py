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
        ("https://gitlab.com/lab/vision/engine.", "https://gitlab.com/lab/vision/engine"),
        (
            "https://gitlab.com/lab/vision/engine/-/tree/main/a",
            "https://gitlab.com/lab/vision/engine",
        ),
        ("https://gitlab.com/lab/engine/tree/main", "https://gitlab.com/lab/engine"),
        ("https://codeberg.org/ada/engine", "https://codeberg.org/ada/engine"),
        ("https://github.com/user-attachments/assets/12", ""),
        ("see https://github.com/topics/llm", ""),
        ("see https://github.com/ada", ""),
        ("https://example.org/github.com-ada", ""),
        ("12 pages, 3 figures", ""),
    ],
)
def test_a_repository_is_found_in_every_spelling(text: str, url: str) -> None:
    assert code_url(text, "") == url
    assert code_url("", text) == url


@pytest.mark.parametrize(
    "text",
    [
        r"https://github.com/ada/my\_engine",
        r"https://github.com/ada/my\\_engine",
        r"https://github.com/ada/my{\_}engine.",
        r"https://github.com/ada/my$\_$engine",
        r"\url{https://github.com/ada/my\_engine}",
        r"\url{https://github.com/ada/ my\_engine}",
        r"\href{https://github.com/ada/my\_engine}{\texttt{my\_engine}}",
        r"\href{https://github.com/ada/my\_engine}{github.com/ada/my...}",
        r"{\tt https://github.com/ada/my\_engine}",
        r"\texttt{github.com/ada/my\textunderscore engine}",
        r"<https://github.com/ada/my_engine>",
        r"$\href{https://github.com/ada/my\_engine}{code}$",
        r"https://github.com/ada/my\_engine\footnote{Soon.}",
        "https://github.com/ada/my_engine{https://github.com/ada/my_engine}.",
        "https://github.com/ada/my%5Fengine",
        "[code](https://github.com/ada/my_engine)",
        "https: //github.com/ada/my_engine..",
        "https:/github.com/ada/my_engine",
        r"\href{URL}{https://github.com/ada/my_engine}",
        "git@github.com:ada/my_engine.git",
        "https://github.com/ada/my_engine的代码",
    ],
)
def test_a_repository_keeps_its_whole_name_in_every_spelling_of_tex(text: str) -> None:
    assert code_url(text, "") == "https://github.com/ada/my_engine"
    assert code_url("", text) == "https://github.com/ada/my_engine"


@pytest.mark.parametrize(
    "text",
    [
        r"https://github.com/ada/my\weird engine",
        "https://github.com/ada/my- engine",
        "https://github.com/ada/my_",
        "https://github.com/ada/my _engine",
        "https://github.com/ada/my...",
        "https://github.com/ada/my…",
        "https://github.com/ada/my{x}engine",
        "https://github.com/ada/my++engine",
        "https://github.com/ada/my%2Fengine",
        "https://github.com/ada/my_engine---a tool",
        "https://github.com/ada/my$x$engine",
        "https://github.com/ada/my%20engine",
        "https://github.com/ada/ my_engine",
        "https://gist.github.com/ada/my_engine",
        "https://example.org/github.com/ada/my_engine",
        "mygithub.com/ada/my_engine",
    ],
)
def test_a_mangled_address_and_another_host_give_no_link(text: str) -> None:
    assert code_url(text, "") == ""
    assert code_url("", text) == ""


def test_no_other_link_stands_in_for_a_mangled_one() -> None:
    mangled = r"Code: github.com/ada/my\weird, data: github.com/alan/tables"
    assert code_url(mangled, "") == ""
    assert code_url("", mangled) == ""
    assert code_url(mangled, "Code: github.com/ada/engine") == "https://github.com/ada/engine"


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
        (r"\url{https://ada.github.io/my\_engine/}", "https://ada.github.io/my_engine/"),
        (r"https://ada.github.io/my\weird", ""),
        ("https://github.com/ada/engine", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_project_is_found(text: str, url: str) -> None:
    assert project_url(text, "") == url
    assert project_url("", text) == url
