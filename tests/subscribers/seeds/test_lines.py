"""Plain lists, sentences and web pages."""

from __future__ import annotations

import pytest

from subscribers.seeds.lines import is_markup, references, without_markup


def ids(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.identity.value) for one in references(text) if one.identity]


def titles(line: str) -> tuple[str, ...]:
    [found] = references(line)
    return found.titles


def test_a_line_may_name_several_papers() -> None:
    assert ids("1706.03762, 1810.04805;2005.14165\n\n10.1000/x") == [
        (1, "1706.03762"),
        (1, "1810.04805"),
        (1, "2005.14165"),
        (3, "10.1000/x"),
    ]


def test_a_reference_with_both_ids_of_a_paper_is_one_paper() -> None:
    line = (
        "A. Vaswani et al. Attention is all you need. arXiv:1706.03762, doi 10.5555/3295222.3295349"
    )
    assert ids(line) == [(1, "1706.03762")]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("- Attention Is All You Need (2017)", "Attention Is All You Need"),
        ("12. Attention Is All You Need.", "Attention Is All You Need"),
        (
            "[3] Vaswani et al. Attention is all you need. NeurIPS 2017.",
            "Attention is all you need",
        ),
        ("A. Vaswani, “Attention is all you need,” in NeurIPS", "Attention is all you need"),
        ("Attention Is All You Need | Papers With Code", "Attention Is All You Need"),
        ("https://paperswithcode.com/paper/attention-is-all-you-need", "attention is all you need"),
        ("2017\tAttention Is All You Need\tVaswani", "Attention Is All You Need"),
    ],
)
def test_what_may_be_a_title_is_found_in_a_line(line: str, title: str) -> None:
    assert title in titles(line)


def test_comments_and_empty_lines_say_nothing() -> None:
    assert list(references("# my list\n\n% x\n// y\n  \t\n")) == []


def test_a_comment_may_hold_an_id() -> None:
    assert ids("# arXiv:1706.03762") == [(1, "1706.03762")]


def test_a_web_page_gives_the_ids_of_its_links_and_texts() -> None:
    page = (
        "<html><script>var x='1810.04805'</script><p>A list</p>"
        '<a class="x" href="https://arxiv.org/abs/1706.03762">One</a>'
        "<li>arXiv:2005.14165 &amp; more</li><abstract>1409.0473</abstract></html>"
    )
    assert is_markup(page)
    assert [value for _, value in ids(without_markup(page))] == ["1706.03762", "2005.14165"]


def test_a_plain_list_is_no_web_page() -> None:
    assert not is_markup("1706.03762 < 1810.04805 >")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>a</p><script>b</script><p>c</p>", "a c"),
        ("<p>a</p><SCRIPT src=x>b</Script>c<style>d</style>", "a c"),
        ("<p>a<script>b</p>", "a b"),
        ('<p>a <img src="data:' + "x" * 9_000 + '"> b</p>', "a data:" + "x" * 9_000 + " b"),
        ("<p>a < 1 " + "x" * 6_000 + " > b", "a < 1 " + "x" * 6_000 + " > b"),
    ],
)
def test_tags_and_scripts_go_and_the_rest_of_a_page_stays(page: str, text: str) -> None:
    assert " ".join(without_markup(page).split()) == text


@pytest.mark.parametrize(
    "line", ["Attention is all you need (2017a).", "Attention is all you need., 2017;"]
)
def test_a_title_is_found_before_its_year(line: str) -> None:
    assert "Attention is all you need" in titles(line)
