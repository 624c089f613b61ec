"""Answer a request about an address after the same time, whether the address is known or not.

The pages say the same for every address, but a few queries differ: an answer that came some
milliseconds later would tell strangers who reads the digest. No thread waits for that time in our
web server (`web.held`), or eighty sign-ups a second would be the most that it can take.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from web.held import hold_until

LEAST: Final = 0.1  # seconds: several times what the work takes


@contextmanager
def even_time() -> Iterator[None]:
    """The answer comes `LEAST` after the block began; later only on a database that is busy."""
    begun = time.monotonic()
    yield
    hold_until(begun + LEAST)
