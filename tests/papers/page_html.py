"""Read the HTML of pages in tests."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from django.test import Client


def get_page(client: Client, address: str, status: int = 200, **params: Any) -> BeautifulSoup:
    """The page at an address, once its status is checked."""
    response = client.get(address, params or None)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def words(tag: BeautifulSoup | Tag | None) -> str:
    """The text of an element on one line."""
    assert tag is not None
    return " ".join(tag.get_text(" ").split())
