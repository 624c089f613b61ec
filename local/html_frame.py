"""Prepare the HTML part of a mail for a frame of a page."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_DOCTYPE: Final = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# Without it a link would open inside the frame, which the site's X-Frame-Options refuse.
_NEW_WINDOW: Final = '<base target="_blank">'


def with_links_in_new_windows(html: str) -> str:
    """The same HTML, in which every link opens in a new window."""
    for opening in (_HEAD, _DOCTYPE):
        if found := opening.search(html):
            return f"{html[: found.end()]}{_NEW_WINDOW}{html[found.end() :]}"
    return _NEW_WINDOW + html
