"""How long to wait before the next request, in the three spellings that are in use."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from papers.sources.retry_after import quota_wait, retry_after

NOW = 1_780_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        (formatdate(NOW - 90, usegmt=True), 0.0),
        ("Thu, 28 May 2026 20:31:40 -0000", 300.0),
        ("999999999", DAY),
    ],
)
def test_retry_after_is_seconds_or_a_date_up_to_a_day(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "1e9", "Mon, 99 Foo 2026 25:61:61"])
def test_a_retry_after_of_another_form_is_ignored(value: str) -> None:
    assert retry_after({"retry-after": value}, NOW) is None


@pytest.mark.parametrize(
    ("header", "policy", "seconds"),
    [
        ('"api";r=0;t=55', '"fixed window";"api";q=500;w=300', 55.0),
        ('"api"; r=0; t=55', "", 55.0),
        ('"api";r=0', '"api";q=500;w=300', 300.0),
        ('"api";r=0', "", 60.0),
        ('"pages";r=3;t=9, "api";r=0;t=12', "", 12.0),
        ('"api";r=1;t=55', "", None),
        ('"api";t=55', "", None),
        ("nonsense", "", None),
    ],
)
def test_the_ratelimit_header_gives_the_end_of_the_window(
    header: str, policy: str, seconds: float | None
) -> None:
    assert quota_wait({"ratelimit": header, "ratelimit-policy": policy}, NOW) == seconds


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [
        ("0", str(int(NOW) + 40), 40.0),
        ("0", str(int(NOW) - 40), 0.0),
        ("0", "", 60.0),
        ("0", "later", 60.0),
        ("1", str(int(NOW) + 40), None),
        ("", "", None),
    ],
)
def test_githubs_headers_give_the_end_of_the_window(
    remaining: str, reset: str, seconds: float | None
) -> None:
    headers = {"x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    assert quota_wait(headers, NOW) == seconds


def test_retry_after_is_used_before_a_quota() -> None:
    headers = {"retry-after": "3", "ratelimit": '"api";r=0;t=55'}
    assert retry_after(headers, NOW) == 3.0
    assert retry_after({"ratelimit": '"api";r=0;t=55'}, NOW) == 55.0
