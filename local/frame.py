"""Make the HTML part of a mail fit to be shown in a frame."""

from __future__ import annotations

import re
from typing import Final

_HEAD: Final = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_DOCTYPE: Final = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# Without it a link would open inside the frame, where the site refuses to be shown.
_NEW_WINDOW: Final = '<base target="_blank">'


def framed(html: str) -> str:
    """The same HTML with its links opening in a window of their own."""
    for opening in (_HEAD, _DOCTYPE):
        if found := opening.search(html):
            return f"{html[: found.end()]}{_NEW_WINDOW}{html[found.end() :]}"
    return _NEW_WINDOW + html
