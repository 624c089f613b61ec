from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment

env = Environment()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        *[(text, True) for text in ("true", "Yes", "1", "on", "T", "y", " TRUE ", "'true'")],
        *[(text, False) for text in ("off", "FALSE", "0", "no", "f", "N")],
    ],
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


@pytest.mark.parametrize("text", ["'8 mails'", '"8 mails"', "' 8 mails '"])
def test_quotes_around_a_value_are_taken_off(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SAMPLE", text)
    assert env.str("SAMPLE") == "8 mails"


@pytest.mark.parametrize("text", ['"Papers" <digest@example.org>', "'a' or 'b'", '"', "it's"])
def test_quotes_inside_a_value_stay(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SAMPLE", text)
    assert env.str("SAMPLE") == text


@pytest.mark.parametrize("name", ["SECRET_KEY", "EMAIL_HOST_PASSWORD", "METRICS_TOKEN"])
def test_a_secret_keeps_its_quotes(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "'abc'")
    assert env.str(name) == "'abc'"


def test_a_missing_variable_without_a_default_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMPLE", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SAMPLE is not set"):
        env.str("SAMPLE")


# ── the file ─────────────────────────────────────────────────────────────────


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SAMPLE", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(Environment, "ENVIRON", {})
    return tmp_path / ".env"


def test_the_lines_of_the_file_are_read(file: Path) -> None:
    file.write_text("# a comment\n\n  # another\nSAMPLE=a b\nexport OTHER='c # d'\n")
    Environment.read_env(file)
    assert (env.str("SAMPLE"), env.str("OTHER")) == ("a b", "c # d")


def test_no_file_is_no_error(file: Path) -> None:
    Environment.read_env(file)
    assert Environment.ENVIRON == {}


@pytest.mark.parametrize(
    "line", ["SAMPLE = hunter2", " SAMPLE=hunter2", "SAMPLE: hunter2", "SAMPLE"]
)
def test_a_line_that_would_be_ignored_is_refused(file: Path, line: str) -> None:
    file.write_text(f"OTHER=1\n{line}\n")
    with pytest.raises(ImproperlyConfigured, match=r"Line 2 of .* is not NAME=value") as refusal:
        Environment.read_env(file)
    assert "hunter2" not in str(refusal.value)


def test_a_file_in_another_encoding_is_refused(file: Path) -> None:
    file.write_bytes("SAMPLE=Straße\n".encode("latin-1"))
    with pytest.raises(ImproperlyConfigured, match="is not in UTF-8"):
        Environment.read_env(file)


def test_a_file_that_cannot_be_opened_is_refused(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ImproperlyConfigured, match="cannot be read by this user: Is a directory"):
        Environment.read_env(file)


@pytest.mark.parametrize("name", ["int", "float", "bool"])
def test_a_wrong_value_is_shown_in_part_and_without_a_password(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for text in ("x" * 5000, "postgres://u:hunter2@host/db", "1" * 5000 + "x"):
        monkeypatch.setenv("SAMPLE", text)
        with pytest.raises(ImproperlyConfigured, match="SAMPLE must be") as refusal:
            getattr(env, name)("SAMPLE")
        assert len(str(refusal.value)) < 130
        assert "hunter2" not in str(refusal.value)
