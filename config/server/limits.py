"""How much a peer may send, and how long it may take.

A form of the site is small, so a large body is no form. Only a provider's events and the admin
need more than a reader's form.
"""

from __future__ import annotations

import re
from typing import Final

KB: Final = 1024
MB: Final = 1024 * KB

HEAD_BYTES: Final = 32 * KB  # the request line and all headers
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 20.0
# A response: so long at least, and longer for a large one to a slow reader.
RESPONSE_SECONDS: Final = 20.0
SLOWEST_READER: Final = 16 * KB  # bytes a second

# Before this a connection is not closed to make room: when hundreds arrive at the same moment, each
# waits until the event loop has read what it has sent already.
LEAST_WAIT_SECONDS: Final = 0.5

# Of one process: connections that wait for their peer, and the bytes kept for these.
MOST_HELD: Final = 32 * MB

SMALL: Final = 8 * KB
LARGEST: Final = 10 * MB  # some providers report hundreds of events in one request
_BY_PATH: Final = {
    "/anymail/": LARGEST,
    "/admin/": MB,
    # Sixty words of 80 letters, each letter escaped as nine characters, are 43 KB.
    "/subscribe/": 64 * KB,
    "/preview/": 64 * KB,  # the same choices
    "/preferences/": 64 * KB,
}
# Their forms may hold a list of papers, as a file of 1 MB: a larger one is answered with a page.
_WITH_FILE: Final = re.compile(r"/(?:confirm/|preferences/[^/]+/papers/)")
FILE: Final = 2 * MB
# One-click unsubscription: the address says everything, and a mail program may send any body.
_UNREAD: Final = re.compile("/u(?:/|$)", re.IGNORECASE)
TOO_LARGE: Final = "This request is too large. Nothing was done.\n"


def largest_body(path: str) -> int:
    """How many bytes the body of a request to this path may have."""
    if _WITH_FILE.match(path):
        return FILE
    found = (size for start, size in _BY_PATH.items() if path.startswith(start))
    return next(found, SMALL)


def is_unread(path: str) -> bool:
    """Whether a request to this path does the same whatever its body is, also without all of it."""
    return bool(_UNREAD.match(path))


def seconds_to_read(size: int) -> float:
    """How long a peer may take to read a response of `size` bytes."""
    return RESPONSE_SECONDS + size / SLOWEST_READER
