"""Which cadences mean fewer mails. The pages are in test_views_fewer_mails.py."""

from __future__ import annotations

from newsletter.fewer_mails import rarer_cadences


def test_only_rarer_cadences_are_fewer_mails() -> None:
    assert rarer_cadences("daily") == ["weekly", "monthly"]
    assert rarer_cadences("weekly") == ["monthly"]
    assert rarer_cadences("monthly") == []
