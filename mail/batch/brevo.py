"""Brevo: POST /smtp/email takes 1,000 versions of a message, each with its own fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from anymail.backends.base_requests import RequestsPayload

from mail.batch.client import BatchApi, Request
from mail.batch.split import BatchItem
from mail.outcome import Outcome

# The fields that a version may have; the rest (sender, tags …) stand once for all of them.
# A version's headers replace the common ones, so every header goes there.
_OF_VERSION: Final = (
    *("to", "cc", "bcc", "replyTo", "subject", "htmlContent", "textContent", "headers", "params"),
)
# The common message must have a body. No version falls back on it, and were one to, it must not
# contain another recipient's token.
_PLACEHOLDER: Final = {"subject": "Trending papers", "htmlContent": "<p></p>", "textContent": " "}
_ABOUT_RECIPIENT: Final = re.compile(r"\bto\b")
_ABOUT_SENDER: Final = re.compile(r"\bsender\b", re.IGNORECASE)
_ABOUT_SETTINGS: Final = {
    *("unauthorized", "permission_denied", "not_enough_credits", "account_under_validation"),
}
# The key of the request was used within 30 minutes; the reply does not say with what outcome.
_KEY_IN_USE: Final = "duplicate_parameter"


class Brevo(BatchApi):
    path: ClassVar = "smtp/email"
    max_messages: ClassVar = 1_000
    max_bytes: ClassVar = 10_000_000  # no limit is documented; web servers have one
    is_keyed: ClassVar = True

    def item(self, payload: RequestsPayload) -> bytes:
        own = {name: payload.data[name] for name in _OF_VERSION if name in payload.data}
        return bytes(payload.serialize_json(own).encode())

    def request(self, items: Sequence[BatchItem], key: str) -> Request:
        first = items[0].payload
        common = {name: value for name, value in first.data.items() if name not in _OF_VERSION}
        head = {**common, **_PLACEHOLDER, "headers": {"idempotencyKey": key}}
        opening = first.serialize_json(head).encode().removesuffix(b"}")
        versions = b",".join(item.json for item in items)
        return Request(b'%b, "messageVersions": [%b]}' % (opening, versions))

    def read(self, reply: Any, count: int) -> list[Outcome]:
        ids = reply["messageIds"] if "messageIds" in reply else [reply["messageId"]]
        if not isinstance(ids, list) or len(ids) != count:
            raise ValueError("not one id a version")
        return [Outcome("accepted", provider_id=str(one)[:200]) for one in ids]

    def refusal(self, reply: Mapping[str, Any], by_status: Outcome) -> Outcome:
        code, text = str(reply.get("code", "")), str(reply.get("message", ""))
        if code == _KEY_IN_USE:
            return Outcome("unknown", error=by_status.error)
        if not by_status.disputed:
            return by_status
        if code in _ABOUT_SETTINGS or _ABOUT_SENDER.search(text):
            return Outcome("misconfigured", error=by_status.error)
        if _ABOUT_RECIPIENT.search(text):
            return Outcome("refused", error=by_status.error)
        return by_status
