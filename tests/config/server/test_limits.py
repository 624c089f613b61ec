from __future__ import annotations

import pytest
from django.urls import get_resolver, reverse

from config.server import limits
from config.server.limits import KB, MB, is_unread, largest_body, seconds_to_read


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", 8 * KB),
        ("/p/dGhpcyBpcyBh", 8 * KB),
        ("/subscribe/", 64 * KB),
        ("/preview/", 64 * KB),
        ("/preferences/token/unsubscribe/", 64 * KB),
        ("/preferences/token/papers/", 2 * MB),
        ("/preferences/token/papers", 64 * KB),
        ("/preferences/a/b/papers/", 64 * KB),
        ("/confirm/token/", 2 * MB),
        ("/admin/login/", MB),
        ("/anymail/postmark/tracking/", 10 * MB),
        ("/x/anymail/", 8 * KB),
        ("", 8 * KB),
    ],
)
def test_a_body_is_as_large_as_its_path_needs(path: str, size: int) -> None:
    assert largest_body(path) == size


def test_every_path_with_a_limit_of_its_own_exists() -> None:
    known = {str(pattern.pattern).partition("<")[0] for pattern in get_resolver().url_patterns}
    known |= {reverse("subscribers:sign_up")[1:], reverse("newsletter:preview")[1:]}
    known.add(reverse("subscribers:preferences", args=["x"])[1:-2])
    assert {path[1:] for path in limits._BY_PATH} <= known


@pytest.mark.parametrize("name", ["confirm", "papers"])
def test_the_pages_that_take_a_file_allow_one_of_a_megabyte(name: str) -> None:
    assert largest_body(reverse(f"subscribers:{name}", args=["token"])) == 2 * MB


@pytest.mark.parametrize("path", ["/u/dGhpcyBpcyBh", "/U/dGhpcyBpcyBh", "/u/", "/u"])
def test_the_body_of_a_one_click_is_not_read(path: str) -> None:
    assert is_unread(path)


@pytest.mark.parametrize("path", ["/", "/p/u/", "/updates", "//u/x", "/preferences/x/unsubscribe/"])
def test_every_other_body_is_read(path: str) -> None:
    assert not is_unread(path)


def test_a_larger_response_has_more_time() -> None:
    assert seconds_to_read(0) == 20
    assert seconds_to_read(1_600 * KB) == 120
