from __future__ import annotations

import pytest

from local.html_frame import with_links_in_new_windows

BASE = '<base target="_blank">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<html><head><title>a</title>", f"<html><head>{BASE}<title>a</title>"),
        ('<HTML><HEAD lang="en"><title>', f'<HTML><HEAD lang="en">{BASE}<title>'),
        ("<!DOCTYPE html>\n<p>a", f"<!DOCTYPE html>{BASE}\n<p>a"),
        ("<header>a</header>", f"{BASE}<header>a</header>"),
        ("", BASE),
    ],
)
def test_links_open_in_a_new_window(html: str, expected: str) -> None:
    assert with_links_in_new_windows(html) == expected
