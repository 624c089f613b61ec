"""Brevo: POST /smtp/email takes 1,000 versions of a message, each with all that is its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from anymail.backends.base_requests import RequestsPayload

from mail.batch.client import BatchApi, Request
from mail.batch.split import Parcel
from mail.outcome import Outcome

# What a version may say for itself; the rest (sender, tags …) is said once for all of them.
# A version's headers replace the common ones, so every header goes there.
_ITS_OWN: Final = (
    *("to", "cc", "bcc", "replyTo", "subject", "htmlContent", "textContent", "headers", "params"),
)
# The common message must have a body. No version falls back on it, and were one to, it
# must not hold another reader's token.
_NOBODYS: Final = {"subject": "Trending papers", "htmlContent": "<p></p>", "textContent": " "}
_ABOUT_RECIPIENT: Final = re.compile(r"\bto\b")
_ABOUT_SENDER: Final = re.compile(r"\bsender\b", re.IGNORECASE)
_OURS: Final = {
    *("unauthorized", "permission_denied", "not_enough_credits", "account_under_validation"),
}
# The key of the request was used within 30 minutes: what became of it then is not said.
_KEY_IN_USE: Final = "duplicate_parameter"


class Brevo(BatchApi):
    path: ClassVar = "smtp/email"
    most_mails: ClassVar = 1_000
    most_bytes: ClassVar = 10_000_000  # no limit is documented; web servers have one
    is_keyed: ClassVar = True

    def item(self, payload: RequestsPayload) -> bytes:
        own = {name: payload.data[name] for name in _ITS_OWN if name in payload.data}
        return bytes(payload.serialize_json(own).encode())

    def request(self, parcels: Sequence[Parcel], key: str) -> Request:
        first = parcels[0].payload
        common = {name: value for name, value in first.data.items() if name not in _ITS_OWN}
        head = {**common, **_NOBODYS, "headers": {"idempotencyKey": key}}
        opening = first.serialize_json(head).encode().removesuffix(b"}")
        versions = b",".join(parcel.item for parcel in parcels)
        return Request(b'%b, "messageVersions": [%b]}' % (opening, versions))

    def read(self, said: Any, count: int) -> list[Outcome]:
        ids = said["messageIds"] if "messageIds" in said else [said["messageId"]]
        if not isinstance(ids, list) or len(ids) != count:
            raise ValueError("not one id a version")
        return [Outcome("accepted", provider_id=str(one)[:200]) for one in ids]

    def refusal(self, said: Mapping[str, Any], verdict: Outcome) -> Outcome:
        code, message = str(said.get("code", "")), str(said.get("message", ""))
        if code == _KEY_IN_USE:
            return Outcome("unknown", error=verdict.error)
        if not verdict.disputed:
            return verdict
        if code in _OURS or _ABOUT_SENDER.search(message):
            return Outcome("misconfigured", error=verdict.error)
        if _ABOUT_RECIPIENT.search(message):
            return Outcome("refused", error=verdict.error)
        return verdict
