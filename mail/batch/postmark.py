"""Postmark: POST /email/batch takes 500 mails and answers 200, with a code for each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from mail.batch.client import BatchApi, Request
from mail.batch.split import Parcel
from mail.outcome import Outcome

_TAKEN: Final = 0
_INVALID: Final = 300
_INACTIVE: Final = 406  # a hard bounce, a complaint, or suppressed by hand
_NOT_NOW: Final = {100, 429}  # maintenance, too fast
# Token, sender signature, credits, account, message stream: nothing that a mail can help.
_OURS: Final = {10, 400, 401, 405, 412, 413, 1235}
_ABOUT_RECIPIENT: Final = re.compile(r"'to'", re.IGNORECASE)
_ABOUT_SENDER: Final = re.compile(r"'from'|sender signature", re.IGNORECASE)


class Postmark(BatchApi):
    path: ClassVar = "email/batch"
    most_mails: ClassVar = 500
    most_bytes: ClassVar = 50_000_000 - 1_000

    def request(self, parcels: Sequence[Parcel], key: str) -> Request:
        return Request(b"[%b]" % b",".join(parcel.item for parcel in parcels))

    def read(self, said: Any, count: int) -> list[Outcome]:
        if not isinstance(said, list) or len(said) != count:
            raise ValueError("not one answer a mail")
        return [_outcome(one) for one in said]

    def refusal(self, said: Mapping[str, Any], verdict: Outcome) -> Outcome:
        if not said.get("ErrorCode"):
            return verdict
        known = _refusal(said["ErrorCode"], str(said.get("Message", "")))
        return replace(known, error=verdict.error, retry_after=verdict.retry_after)


def _outcome(one: Any) -> Outcome:
    """One mail's part of the answer. Without a code it is in doubt, unless it has an id."""
    if not isinstance(one, dict):
        return Outcome("unknown", error=f"unreadable: {one!r}"[:500])
    code = one.get("ErrorCode", _TAKEN)
    if code != _TAKEN:
        return _refusal(code, str(one.get("Message", "")))
    if not one.get("MessageID"):
        return Outcome("unknown", error=f"no id: {one!r}"[:500])
    return Outcome("accepted", provider_id=str(one["MessageID"])[:200])


def _refusal(code: int, message: str) -> Outcome:
    error = f"{code} {message}"[:500]
    if code == _INACTIVE:
        return Outcome("refused", error=error, is_hard_bounce=True)
    if code in _OURS or (code == _INVALID and _ABOUT_SENDER.search(message)):
        return Outcome("misconfigured", error=error)
    if code in _NOT_NOW:
        return Outcome("deferred", error=error)
    if _ABOUT_RECIPIENT.search(message):
        return Outcome("refused", error=error)
    return Outcome("misconfigured", error=error, disputed=True)
