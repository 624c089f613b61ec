"""How long to wait before the next request to a source, read from the headers of its response.

Three spellings are in use: `Retry-After` (seconds, or a date), the `RateLimit` header of the
IETF draft that Hugging Face sends, and GitHub's `x-ratelimit-*`. No library reads all three.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mail import retry_after as header
from mail.retry_after import bounded

_DEFAULT: Final = 60.0  # nothing is left, and the response does not say for how long
_PARAMETER = re.compile(r';\s*([a-z]+)\s*=\s*"?(\d+(?:\.\d+)?)', re.IGNORECASE)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds to wait by `Retry-After`, else by a quota that is used up; None: not said.

    `headers` have lower-case names; `now` is in seconds since 1970.
    """
    wait = header.retry_after(headers.get("retry-after", ""), now)
    return wait if wait is not None else quota_wait(headers, now)


def quota_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds until the quota is renewed, when the response says that nothing is left."""
    waits = [wait for wait in (_draft(headers), _github(headers, now)) if wait is not None]
    return max(waits, default=None)


def _draft(headers: Mapping[str, str]) -> float | None:
    """Of `"api";r=0;t=55`, 55: nothing remains, and the window ends in 55 seconds.

    Without `t` it is the length of the window, `w` of RateLimit-Policy. Of several buckets in
    one header it is the longest wait.
    """
    waits = []
    for bucket in headers.get("ratelimit", "").split(","):
        values = dict(_PARAMETER.findall(bucket))
        if "r" in values and float(values["r"]) < 1:
            policy = dict(_PARAMETER.findall(headers.get("ratelimit-policy", "")))
            waits.append(bounded(float(values.get("t") or policy.get("w") or _DEFAULT)))
    return max(waits, default=None)


def _github(headers: Mapping[str, str], now: float) -> float | None:
    if headers.get("x-ratelimit-remaining") != "0":
        return None
    reset = headers.get("x-ratelimit-reset", "")
    return bounded(float(reset) - now) if re.fullmatch(r"\d{1,12}", reset) else _DEFAULT
