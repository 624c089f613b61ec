"""What a page must be for every reader: valid, usable with any sense, and quiet on the console."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CHECKER: Final = Path(__file__).parent / "html_validate"
PAGES: Final = CHECKER / ".htmlvalidate.json"
MAILS: Final = CHECKER / "mails.json"
PROGRAM: Final = CHECKER / "node_modules" / ".bin" / "html-validate"


def axe_violations(page: Page) -> list[str]:
    """Each rule of axe that the open page breaks, with the first element that breaks it."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]


def html_problems(folder: Path, rules: Path = PAGES) -> list[str]:
    """What html-validate says of the HTML files of a folder: "page.html:3: …".

    Skips the test where the program is not installed.
    """
    if not PROGRAM.exists():
        pytest.skip("needs html-validate (npm ci --prefix tests/html_validate)")
    options = ["--config", str(rules), "--formatter", "json"]
    with TemporaryFile("w+") as answer:  # the program ends before a full pipe is read
        subprocess.run([PROGRAM, *options, folder], stdout=answer, check=False, timeout=300)
        answer.seek(0)
        results: list[Any] = json.loads(answer.read() or "[]")
    return [
        f"{Path(one['filePath']).name}:{message['line']}: {message['message']}"
        for one in results
        for message in one["messages"]
    ]


def is_scrolling_sideways(page: Page) -> bool:
    """Whether the open page is wider than its window."""
    script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(script))
