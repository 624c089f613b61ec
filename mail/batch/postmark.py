"""Postmark: POST /email/batch takes 500 messages and replies 200, with a code for each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from mail.batch.client import BatchApi, Request
from mail.batch.split import BatchItem
from mail.outcome import Outcome

_ACCEPTED: Final = 0
_INVALID: Final = 300
_INACTIVE: Final = 406  # a hard bounce, a complaint, or suppressed by hand
_TRY_LATER: Final = {100, 429}  # maintenance, too fast
# Token, sender signature, credits, account, message stream: nothing in a message changes them.
_ABOUT_SETTINGS: Final = {10, 400, 401, 405, 412, 413, 1235}
_ABOUT_RECIPIENT: Final = re.compile(r"'to'", re.IGNORECASE)
_ABOUT_SENDER: Final = re.compile(r"'from'|sender signature", re.IGNORECASE)


class Postmark(BatchApi):
    path: ClassVar = "email/batch"
    max_messages: ClassVar = 500
    max_bytes: ClassVar = 50_000_000 - 1_000

    def request(self, items: Sequence[BatchItem], key: str) -> Request:
        return Request(b"[%b]" % b",".join(item.json for item in items))

    def read(self, reply: Any, count: int) -> list[Outcome]:
        if not isinstance(reply, list) or len(reply) != count:
            raise ValueError("not one outcome for each message")
        return [_outcome(one) for one in reply]

    def refusal(self, reply: Mapping[str, Any], by_status: Outcome) -> Outcome:
        if not reply.get("ErrorCode"):
            return by_status
        by_code = _refusal(reply["ErrorCode"], str(reply.get("Message", "")))
        return replace(by_code, error=by_status.error, retry_after=by_status.retry_after)


def _outcome(one: Any) -> Outcome:
    """The outcome of one message. Without a code it is in doubt, unless it has an id."""
    if not isinstance(one, dict):
        return Outcome("unknown", error=f"unreadable: {one!r}"[:500])
    code = one.get("ErrorCode", _ACCEPTED)
    if code != _ACCEPTED:
        return _refusal(code, str(one.get("Message", "")))
    if not one.get("MessageID"):
        return Outcome("unknown", error=f"no id: {one!r}"[:500])
    return Outcome("accepted", provider_id=str(one["MessageID"])[:200])


def _refusal(code: int, text: str) -> Outcome:
    error = f"{code} {text}"[:500]
    if code == _INACTIVE:
        return Outcome("refused", error=error, is_hard_bounce=True)
    if code in _ABOUT_SETTINGS or (code == _INVALID and _ABOUT_SENDER.search(text)):
        return Outcome("misconfigured", error=error)
    if code in _TRY_LATER:
        return Outcome("deferred", error=error)
    if _ABOUT_RECIPIENT.search(text):
        return Outcome("refused", error=error)
    return Outcome("misconfigured", error=error, disputed=True)
