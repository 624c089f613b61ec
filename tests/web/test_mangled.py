"""Tokens that are found again in links which programs and people have changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.mangled import readings, route

TOKEN = "AbCd_efGh-ijKl"
FORM = [re.compile(r"(?<![\w-])[A-Za-z0-9_-]{14}(?![\w-])", re.ASCII)]


@pytest.mark.parametrize(
    "text",
    [
        TOKEN, f"{TOKEN}/", f"/{TOKEN}", f"{TOKEN}.", f"{TOKEN}>", f"<{TOKEN}>", f"{TOKEN})",
        f"{TOKEN}=", f"{TOKEN}%3E", f"{TOKEN}%253E", f"{TOKEN}=3D", f"{TOKEN}=0D=0A", f"{TOKEN}=20",
        f"{TOKEN}\n", f" {TOKEN} ", f"{TOKEN}\0", f"{TOKEN}\u200b", f"{TOKEN}\u00a0and more",
        f"{TOKEN}/{TOKEN}", f"{TOKEN}https://x.y/u/{TOKEN}", f"see {TOKEN} here", f"{TOKEN}é",
        f"{TOKEN[:6]}=\r\n{TOKEN[6:]}", f"{TOKEN[:6]}={TOKEN[6:]}", f"{TOKEN[:6]} {TOKEN[6:]}",
        f"{TOKEN[:6]}%0A{TOKEN[6:]}", f"{TOKEN[:6]}=0D=0A{TOKEN[6:]}", f"“{TOKEN}”,",
        f"{TOKEN[:6]}\u00ad{TOKEN[6:]}", f"{TOKEN}&utm_source=x", f"{TOKEN};", f"{TOKEN}]({TOKEN})",
    ],
)  # fmt: skip
def test_the_token_is_among_the_readings(text: str) -> None:
    assert TOKEN in readings(text, FORM)


@pytest.mark.parametrize("text", ["", TOKEN[:-1], f"{TOKEN}x", "é" * 14, "%", "=", "\0", "=\n="])
def test_what_is_cut_off_is_not_guessed(text: str) -> None:
    assert readings(text, FORM) == []


def test_the_unchanged_text_is_read_first() -> None:
    assert readings(f"{TOKEN} {TOKEN[::-1]}", FORM) == [TOKEN, TOKEN[::-1]]


@given(st.text(max_size=300))
def test_there_are_at_most_six_readings_of_any_text(text: str) -> None:
    assert len(readings(text * 100, [re.compile("..")])) <= 6


@pytest.mark.parametrize(
    ("path", "token"),
    [("u", None), ("u/", ""), ("U/a", "a"), ("u/a/b\n", "a/b\n"), ("u//a", "/a"), ("ua", False)],
)
def test_a_route_takes_anything_or_nothing(path: str, token: str | bool | None) -> None:
    found = re.match(route("u"), path)
    assert (found["token"] if found else False) == token


@pytest.mark.parametrize(
    ("path", "token"),
    [("a/t/end", "t"), ("A/t/END/", "t"), ("a/t/end.>", "t"), ("a/t/ends", False), ("a/t", False)],
)
def test_a_route_with_an_end_takes_what_is_between(path: str, token: str | bool) -> None:
    found = re.match(route("a", "end"), path)
    assert (found["token"] if found else False) == token
