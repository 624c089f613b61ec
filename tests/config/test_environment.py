from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

env = Environment()


@pytest.mark.parametrize(
    ("text", "flag"),
    [("true", True), ("Yes", True), ("1", True), ("off", False), ("FALSE", False), ("0", False)],
)
def test_a_flag_is_read_in_the_usual_spellings(
    monkeypatch: pytest.MonkeyPatch, text: str, flag: bool
) -> None:
    monkeypatch.setenv("SAMPLE", text)
    assert env.bool("SAMPLE") is flag


def test_a_mistyped_flag_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAMPLE", "ture")
    with pytest.raises(ImproperlyConfigured, match="SAMPLE must be true or false, not 'ture'"):
        env.bool("SAMPLE", default=True)


@pytest.mark.parametrize("text", ["ten", "1.5", "5 s", "1,000"])
def test_a_value_that_is_no_whole_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SAMPLE", text)
    with pytest.raises(ImproperlyConfigured, match=f"SAMPLE must be a whole number, not '{text}'"):
        env.int("SAMPLE", default=1)


@pytest.mark.parametrize("text", ["half", "1,5", "30s"])
def test_a_value_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SAMPLE", text)
    with pytest.raises(ImproperlyConfigured, match=f"SAMPLE must be a number, not '{text}'"):
        env.float("SAMPLE", default=1.0)


def test_numbers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE", " 12 ")
    assert env.int("SAMPLE") == 12
    assert env.float("SAMPLE") == 12.0


def test_a_list_is_split_at_commas_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE", "a.example.org, b.example.org,")
    assert env.list("SAMPLE") == ["a.example.org", "b.example.org"]


def test_a_secret_may_begin_with_a_dollar_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE", "$HOME-is-where-it-starts")
    assert env.str("SAMPLE") == "$HOME-is-where-it-starts"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE", "")
    assert env.str("SAMPLE", default="the default") == "the default"
    assert "SAMPLE" not in env


def test_a_missing_variable_without_a_default_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMPLE", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SAMPLE is not set"):
        env.str("SAMPLE")
