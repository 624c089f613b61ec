"""Answer a request about an address after the same time, whether the address is known or not.

The pages say the same for every address, but a few queries differ: an answer that came some
milliseconds later would tell strangers who reads the digest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LEAST: Final = 0.1  # seconds: several times what the work takes; a thread waits for so long


@contextmanager
def even_time() -> Iterator[None]:
    """The block lasts as long as `LEAST`; longer only on a database that is busy for everyone."""
    begun = time.perf_counter()
    yield
    time.sleep(max(0.0, LEAST - (time.perf_counter() - begun)))
