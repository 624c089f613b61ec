from __future__ import annotations

import pytest
from django.urls import get_resolver, reverse

from config.server import limits
from config.server.limits import KB, MB, largest_body, seconds_to_read


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", 8 * KB),
        ("/u/dGhpcyBpcyBh", 8 * KB),
        ("/subscribe/", 64 * KB),
        ("/preferences/token/unsubscribe/", 64 * KB),
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
    known |= {reverse("subscribers:sign_up")[1:]}
    known |= {
        reverse(f"subscribers:{name}", args=["x"])[1:-2] for name in ("confirm", "preferences")
    }
    assert {path[1:] for path in limits._BY_PATH} <= known


def test_a_larger_response_has_more_time() -> None:
    assert seconds_to_read(0) == 20
    assert seconds_to_read(1_600 * KB) == 120
