"""Events as Postmark, Resend, Brevo and Amazon document and post them."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Final

from django.http import HttpResponse
from django.test import Client

SECRET: Final = "reports:0123456789abcdefghij"
ADA: Final = "ada@example.com"
AT: Final = "2025-03-14T12:05:00Z"


def post(
    client: Client,
    provider: str,
    payload: dict[str, Any],
    *,
    secret: str | None = SECRET,
    **headers: str,
) -> HttpResponse:
    """Post as the provider does: JSON, with the secret of the webhook's URL."""
    if secret is not None:
        headers["HTTP_AUTHORIZATION"] = f"Basic {b64encode(secret.encode()).decode()}"
    return client.post(  # type: ignore[return-value]
        f"/anymail/{provider}/tracking/",
        json.dumps(payload),
        content_type="application/json",
        **headers,  # type: ignore[arg-type]
    )


def postmark(delivery: int | None, record: str = "Delivery", **values: Any) -> dict[str, Any]:
    """An event of Postmark; `values` are added to the payload or replace its values."""
    recipient = "Email" if record in ("Bounce", "SpamComplaint") else "Recipient"
    when = {"Delivery": "DeliveredAt", "SubscriptionChange": "ChangedAt"}.get(record, "BouncedAt")
    return {
        "RecordType": record,
        "ServerID": 23,
        "MessageStream": "broadcast",
        "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817",
        "Metadata": {} if delivery is None else {"delivery": str(delivery)},
        recipient: ADA,
        when: AT,
        **values,
    }


def postmark_bounce(
    delivery: int | None, kind: str = "HardBounce", **values: Any
) -> dict[str, Any]:
    details = {"Details": f"smtp;550 5.1.1 <{ADA}> user unknown", "Description": "It came back."}
    return postmark(
        delivery, "Bounce", **{"ID": 4323372036854775807, "Type": kind} | details | values
    )


def postmark_complaint(delivery: int | None, **values: Any) -> dict[str, Any]:
    kind = {"ID": 2000001234, "Type": "SpamComplaint", "Details": "Test spam complaint details"}
    return postmark(delivery, "SpamComplaint", **kind | values)


def resend(delivery: int, kind: str = "email.delivered", **data: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "created_at": AT,
        "data": {
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
            "created_at": "2025-03-14T12:00:00Z",
            "from": "Trending Papers <digest@papers.example.org>",
            "to": [ADA],
            "subject": "Four papers",
            "headers": [{"name": "X-Metadata", "value": json.dumps({"delivery": str(delivery)})}],
            **data,
        },
    }


def brevo(delivery: int, event: str = "delivered", **values: Any) -> dict[str, Any]:
    return {
        "event": event,
        "email": ADA,
        "id": 26224,
        "message-id": "<202503141200.42@smtp-relay.mailin.fr>",
        "ts_epoch": 1_741_953_900_000,
        "subject": "Four papers",
        "X-Mailin-custom": json.dumps({"delivery": str(delivery)}),
        **values,
    }


def amazon(delivery: int, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """An event of SES, which SNS wraps as a string of JSON."""
    headers = [{"name": "X-Metadata", "value": json.dumps({"delivery": str(delivery)})}]
    mail = {"messageId": "0100017f", "destination": [ADA], "headers": headers}
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:reports",
        "Timestamp": "2025-03-14T12:05:00.000Z",
        "Message": json.dumps({"eventType": kind, "mail": mail, kind.lower(): body}),
    }
