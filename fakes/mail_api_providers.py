"""How Postmark, Resend and Brevo accept mail and respond, by their documents. Pure.

They refuse an address that begins with `invalid`; Postmark refuses one that begins with
`inactive`, since it bounced. The key `wrong` is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Mail:
    """A mail as it would arrive."""

    to: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str]
    sender: str

    @property
    def message_id(self) -> str:
        return self.headers.get("Message-ID", "")


@dataclass(frozen=True)
class Call:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    json: Any = field(init=False)

    @property
    def digest(self) -> bytes:
        return sha256(self.body).digest()

    def __post_init__(self) -> None:
        object.__setattr__(self, "json", json.loads(self.body))


Kept = dict[str, tuple[bytes, Any]]  # by key: the digest of the request, and the response
Reply = tuple[int, Any, list[Mail]]


def _postmark(call: Call, kept: Kept) -> Reply:
    if call.headers.get("X-Postmark-Server-Token") == "wrong":
        return 401, {"ErrorCode": 10, "Message": "No valid API token."}, []
    one_by_one = isinstance(call.json, dict)
    mails = [_postmark_mail(one) for one in ([call.json] if one_by_one else call.json)]
    if len(mails) > 500 or len(call.body) > 50_000_000:
        return 422, {"ErrorCode": 410, "Message": "Too many batch messages."}, []
    reply = [_postmark_item(mail) for mail in mails]
    taken = [mail for mail, item in zip(mails, reply, strict=True) if item["ErrorCode"] == 0]
    if one_by_one:
        return 200 if taken else 422, reply[0], taken
    return 200, reply, taken


def _postmark_mail(one: Any) -> Mail:
    headers = {header["Name"]: header["Value"] for header in one["Headers"]}
    if "Metadata" in one:  # a digest has some, a confirmation has none
        headers["metadata"] = json.dumps(one["Metadata"])
    return Mail(one["To"], one["Subject"], one["HtmlBody"], one["TextBody"], headers, one["From"])


def _postmark_item(mail: Mail) -> dict[str, Any]:
    if mail.to.startswith("invalid"):
        return {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{mail.to}'."}
    if mail.to.startswith("inactive"):
        message = f"Found inactive addresses: {mail.to}. Inactive recipients are ones that bounced."
        return {"ErrorCode": 406, "Message": message}
    return {"ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{mail.to}", "To": mail.to}


def _resend(call: Call, kept: Kept) -> Reply:
    if call.headers.get("Authorization") == "Bearer wrong":
        return 403, {"name": "invalid_api_key", "message": "API key is invalid."}, []
    key = call.headers.get("Idempotency-Key", "")
    if key in kept:
        known, reply = kept[key]
        if known != call.digest:
            return 409, {"name": "invalid_idempotent_request", "message": "Other body."}, []
        return 200, reply, []
    if isinstance(call.json, dict):
        return 200, {"id": "re-1"}, [_resend_mail(call.json)]
    mails = [_resend_mail(one) for one in call.json]
    bad = [place for place, mail in enumerate(mails) if mail.to.startswith("invalid")]
    if len(mails) > 100 or (bad and call.headers.get("x-batch-validation") != "permissive"):
        return 422, {"name": "validation_error", "message": "Invalid `to` field."}, []
    taken = [mail for place, mail in enumerate(mails) if place not in bad]
    errors = [{"index": place, "message": "Invalid `to` field."} for place in bad]
    reply = {"data": [{"id": f"re-{mail.to}"} for mail in taken], "errors": errors}
    if key:
        kept[key] = call.digest, reply
    return 200, reply, taken


def _resend_mail(one: Any) -> Mail:
    [to] = one["to"]
    return Mail(to, one["subject"], one["html"], one["text"], one["headers"], one["from"])


def _brevo(call: Call, kept: Kept) -> Reply:
    if call.headers.get("api-key") == "wrong":
        return 401, {"code": "unauthorized", "message": "Key not found"}, []
    common = call.json
    key = common.get("headers", {}).get("idempotencyKey", "")
    if f"brevo {key}" in kept:
        return 400, {"code": "duplicate_parameter", "message": "Key was used."}, []
    mails = [_brevo_mail({**common, **version}) for version in common.get("messageVersions", [{}])]
    if len(mails) > 1000 or any(mail.to.startswith("invalid") for mail in mails):
        return 400, {"code": "invalid_parameter", "message": "email is not valid in to"}, []
    if key:
        kept[f"brevo {key}"] = call.digest, None
    ids = [f"br-{mail.to}" for mail in mails]
    reply = {"messageIds": ids} if "messageVersions" in common else {"messageId": ids[0]}
    return 201, reply, mails


def _brevo_mail(one: Any) -> Mail:
    [to] = one["to"]
    sender = one["sender"]["email"]
    return Mail(
        to["email"], one["subject"], one["htmlContent"], one["textContent"], one["headers"], sender
    )


# By the path below the API's address, single mails and batches.
PROVIDERS: dict[str, Callable[[Call, Kept], Reply]] = {
    "email": _postmark,
    "email/batch": _postmark,
    "emails": _resend,
    "emails/batch": _resend,
    "smtp/email": _brevo,
}
