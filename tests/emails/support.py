"""What caniemail.com has found that mail programs support: its data, out of the npm package."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

DATA: Final = Path(__file__).parent.parent / "caniemail/node_modules/caniemail/data/caniemail.json"
# Those that readers use most; family and platform, as the data names them.
CLIENTS: Final = (
    ("apple-mail", "ios"),
    ("apple-mail", "macos"),
    ("gmail", "android"),
    ("gmail", "desktop-webmail"),
    ("gmail", "ios"),
    ("gmail", "mobile-webmail"),
    ("outlook", "android"),
    ("outlook", "ios"),
    ("outlook", "macos"),
    ("outlook", "outlook-com"),
    ("outlook", "windows"),
    ("outlook", "windows-mail"),
    ("samsung-email", "android"),
    ("yahoo", "android"),
    ("yahoo", "desktop-webmail"),
    ("yahoo", "ios"),
)
WORD: Final = frozenset({"outlook windows", "outlook windows-mail"})  # Word renders their mails


class Support(NamedTuple):
    """What a program makes of a feature: "y", "a" (partly), "n" or "u" (nobody has tested it)."""

    client: str  # "outlook windows"
    answer: str
    notes: tuple[str, ...]


@cache
def features() -> dict[str, Any]:
    """The features by their slug. Skips the test where the package is not installed."""
    if not DATA.exists():
        if os.environ.get("CI"):
            pytest.fail("caniemail is missing, and in CI it must be there")
        pytest.skip("needs caniemail (npm ci --prefix tests/caniemail)")
    return {one["slug"]: one for one in json.loads(DATA.read_text())["data"]}


def support(feature: str) -> list[Support]:
    """What each of the clients makes of a feature, in the newest version that was tested."""
    found = features()[feature]
    return [_of_client(found, *client) for client in CLIENTS]


def _of_client(feature: dict[str, Any], family: str, platform: str) -> Support:
    versions = feature["stats"].get(family, {}).get(platform, {})
    answer, *numbers = (list(versions.values()) or ["u"])[-1].split()
    notes = feature["notes_by_num"] or {}
    texts = tuple(notes.get(number.lstrip("#"), number) for number in numbers)
    return Support(f"{family} {platform}", answer, texts)
