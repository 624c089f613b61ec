"""Records of tags, as people write them."""

from __future__ import annotations

import pytest

from mail.domain.tags import is_aligned, of_version, parse_tags


@pytest.mark.parametrize(
    ("record", "tags"),
    [
        ("v=DMARC1; p=none", {"v": "DMARC1", "p": "none"}),
        (" v = DMARC1 ;P=none;;", {"v": "DMARC1", "p": "none"}),
        ("p=a=b; q; p=c", {"p": "a=b"}),
        ("", {}),
    ],
)
def test_tags_are_read(record: str, tags: dict[str, str]) -> None:
    assert parse_tags(record) == tags


def test_records_of_a_version_are_found_among_others() -> None:
    records = ["v=DMARC1; p=none", "v = dmarc1;p=none", "v=DMARC12; p=none", "x; v=DMARC1"]
    assert of_version(records, "v=DMARC1") == records[:2]


@pytest.mark.parametrize(
    ("domain", "sender", "strict", "expected"),
    [
        ("example.org", "example.org", True, True),
        ("A.Example.org", "b.example.org", False, True),
        ("a.example.org", "example.org", True, False),
        ("example.net", "example.org", False, False),
        ("a.co.uk", "b.co.uk", False, False),
        ("x.a.co.uk", "a.co.uk", False, True),
    ],
)
def test_domains_with_one_registration_are_aligned(
    domain: str, sender: str, strict: bool, expected: bool
) -> None:
    assert is_aligned(domain, sender, strict=strict) is expected
