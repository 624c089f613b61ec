"""A previewed mail, sent as a test. Through the page: test_admin_page.py."""

from __future__ import annotations

from newsletter.previews import send_test
from tests.newsletter.editions.digests import make_digest, make_fragment


def test_it_says_that_it_is_a_test_and_unsubscribes_nobody() -> None:
    found = send_test.as_test(make_digest(make_fragment(title="Cups")), "ed@example.com")
    assert (found.to, found.subject) == ("ed@example.com", "[Test] Cups")
    assert "List-Id" in found.headers
    for name in ("Message-ID", "Date", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert name not in found.headers
    assert b"Subject: [Test] Cups" in found.as_bytes()
