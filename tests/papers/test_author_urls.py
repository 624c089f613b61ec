"""The addresses of authors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.author_urls import author_feed_url, author_slug, author_url


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Abhishek Das", "abhishek-das"),
        ("ABHISHEK  DAS", "abhishek-das"),
        ("Bernhard Schölkopf", "bernhard-scholkopf"),
        ("Jean-Baptiste Alayrac", "jean-baptiste-alayrac"),
        ("Jean Baptiste Alayrac", "jean-baptiste-alayrac"),
        ("Łukasz Ørsted", "lukasz-orsted"),
        ("J. E. van den Berg", "j-e-van-den-berg"),
        ("王伟", "王伟"),
        ("AT&T / Labs", "at-t-labs"),
        ("İlker", "ilker"),
        ("", ""),
        ("...", ""),
        ("123", ""),
        ("😀", ""),
        ("x" * 101, ""),
        ("Ada\x00Roe", "adaroe"),
    ],
)
def test_a_name_has_one_slug(name: str, slug: str) -> None:
    assert author_slug(name) == slug


@given(st.text(max_size=60))
def test_the_slug_of_a_slug_is_itself(name: str) -> None:
    slug = author_slug(name)
    assert author_slug(slug) == slug


def test_addresses_are_escaped() -> None:
    assert author_url("Ada Roe") == "/authors/ada-roe/"
    assert author_url("王伟") == "/authors/%E7%8E%8B%E4%BC%9F/"
    assert author_feed_url("ada-roe") == "/feeds/authors/ada-roe.atom"


def test_a_name_without_letters_has_no_address() -> None:
    assert author_url("***") == ""
