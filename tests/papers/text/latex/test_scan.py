"""Commands, groups and options of TeX are found with their ends."""

from __future__ import annotations

from papers.text.latex.scan import TexScan, is_balanced


def test_a_command_ends_before_the_first_other_sign() -> None:
    assert TexScan(r"\alpha2").command(0) == ("alpha", 6)
    assert TexScan(r"\%x").command(0) == ("%", 2)


def test_the_star_belongs_to_an_operator_only() -> None:
    assert TexScan(r"\operatorname*{x}").command(0) == ("operatorname", 14)
    assert TexScan(r"\theta*x").command(0) == ("theta", 6)


def test_a_backslash_at_the_end_is_no_command() -> None:
    assert TexScan("x\\").command(1) is None


def test_a_group_ends_with_its_own_brace() -> None:
    assert TexScan(r"{a{b}\}c}d").group(0) == (r"a{b}\}c", 9)


def test_a_brace_that_never_closes_opens_no_group() -> None:
    assert TexScan("{a").group(0) is None


def test_an_argument_may_stand_after_blanks() -> None:
    assert TexScan(r"\emph {a}").argument(5) == ("a", 9)
    assert TexScan(r"\emph a").argument(5) is None


def test_an_option_stands_between_brackets() -> None:
    assert TexScan(r"\sqrt[3]{x}").option(5) == ("3", 8)
    assert TexScan(r"\sqrt{x}").option(5) == ("", 5)


def test_braces_are_balanced_when_each_has_its_other_one() -> None:
    assert is_balanced(r"{a{b}}\{")
    assert not is_balanced("}{")
    assert not is_balanced("{a")


def test_a_text_of_braces_takes_linear_time() -> None:
    TexScan("{" * 100_000)
