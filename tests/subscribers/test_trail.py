"""What is kept of a request, and what is not."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from subscribers import trail


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.17", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("", None),
        ("nonsense", None),
        ("192.0.2.17:443", None),
    ],
)
def test_an_address_is_blunted_to_its_network(address: str, kept: str | None) -> None:
    assert trail.blunted(address) == kept


def test_the_trail_of_a_request() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.9", HTTP_USER_AGENT="Lynx")
    assert trail.of_request(request) == trail.Trail(ip="198.51.100.0", user_agent="Lynx")


def test_a_browser_that_talks_too_much_or_in_nulls_is_cut_short() -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="a\x00" + "b" * 500)
    assert trail.of_request(request).user_agent == "a" + "b" * 199
