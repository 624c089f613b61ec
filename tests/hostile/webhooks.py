"""A request of each provider with the right secret; its JSON is spoiled before it is sent.

Postal is missing: it signs with a key pair, which needs a package that nothing else does.
"""

from __future__ import annotations

from typing import Any, Final

ADA: Final = "ada@example.com"
_AT: Final = 1_741_953_900
_TEXT_AT: Final = "2025-03-14T12:05:00Z"
SETTINGS: Final = {
    "WEBHOOK_SECRET": "reports:0123456789abcdefghij",
    "MANDRILL_WEBHOOK_KEY": "key",
    "MAILERSEND_SIGNING_SECRET": "key",
    "MAILGUN_WEBHOOK_SIGNING_KEY": "key",
    "UNISENDER_GO_API_KEY": "x",
    "UNISENDER_GO_API_URL": "https://unisender.example/",
}
_SES_MAIL: Final = {
    "messageId": "0100017f",
    "destination": [ADA],
    "headers": [],
    "tags": {"a": ["b"]},
}
_SNS: Final = {
    "Type": "Notification",
    "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": "arn:aws:sns:eu-west-1:123456789012:reports",
    "Timestamp": "2025-03-14T12:05:00.000Z",
}
_BOUNCE: Final = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "timestamp": _TEXT_AT,
    "feedbackId": "f",
    "bouncedRecipients": [{"emailAddress": ADA, "status": "5.1.1", "diagnosticCode": "smtp; 550"}],
}
# SNS wraps the event of SES as a text: `message` is turned into one after it was spoiled.
WRAPPED: Final = {
    "amazon_ses": ("Message", {"eventType": "Bounce", "mail": _SES_MAIL, "bounce": _BOUNCE})
}
REQUESTS: Final[dict[str, Any]] = {
    "amazon_ses": _SNS,
    "brevo": {
        "event": "hard_bounce", "email": ADA, "id": 1, "message-id": "<1@x>", "ts_event": _AT,
        "ts_epoch": _AT * 1000, "date": _TEXT_AT, "reason": "550", "tag": '["a"]', "tags": ["a"],
        "X-Mailin-custom": '{"delivery": "1"}',
    },
    "mailersend": {
        "type": "activity.hard_bounced", "created_at": _TEXT_AT, "webhook_id": "1",
        "data": {
            "id": "1", "type": "hard_bounced", "created_at": _TEXT_AT,
            "morph": {"reason": "550", "object": "x"},
            "email": {
                "message": {"id": "1"}, "recipient": {"email": ADA}, "tags": ["a"], "metadata": {},
            },
        },
    },
    "mailgun": {
        "signature": {"timestamp": str(_AT), "token": "t", "signature": "s"},
        "event-data": {
            "event": "failed", "severity": "permanent", "timestamp": _AT + 0.5, "id": "1",
            "recipient": ADA, "reason": "bounce", "tags": ["a"],
            "user-variables": {"delivery": "1"},
            "delivery-status": {"code": 550, "message": "no", "description": ""},
            "message": {"headers": {"message-id": "1@x"}}, "client-info": {"user-agent": "x"},
        },
    },
    "mailjet": [
        {
            "event": "bounce", "time": _AT, "MessageID": 1, "email": ADA, "hard_bounce": True,
            "blocked": False, "error": "user unknown", "error_related_to": "recipient",
            "customcampaign": "a", "Payload": '{"delivery": "1"}', "Message_GUID": "g",
            "comment": "",
        }
    ],
    "mailtrap": {
        "events": [
            {
                "event": "bounce", "timestamp": _AT, "message_id": "1", "email": ADA,
                "event_id": "e",
                "category": "a", "custom_variables": {"delivery": "1"}, "response": "550 no",
                "reason": "x", "response_code": 550, "bounce_category": "hard",
                "sending_stream": "t",
            }
        ]
    },
    "mandrill": [
        {
            "event": "hard_bounce", "ts": _AT, "_id": "1",
            "msg": {
                "_id": "1", "email": ADA, "ts": _AT, "metadata": {"delivery": "1"}, "tags": ["a"],
                "diag": "550", "bounce_description": "bad_mailbox", "smtp_events": [],
            },
        }
    ],
    "postmark": {
        "RecordType": "Bounce", "Type": "HardBounce", "ID": 1, "MessageID": "b7bc2f4a",
        "Email": ADA,
        "BouncedAt": _TEXT_AT, "Details": "550", "Description": "no", "Tag": "a", "TypeCode": 1,
        "Metadata": {"delivery": "1"}, "ServerID": 23, "MessageStream": "broadcast",
        "Inactive": True,
    },
    "resend": {
        "type": "email.bounced", "created_at": _TEXT_AT,
        "data": {
            "email_id": "1", "created_at": _TEXT_AT, "from": "a@b.example", "to": [ADA],
            "subject": "s",
            "headers": [{"name": "X-Metadata", "value": '{"delivery": "1"}'}], "tags": {"a": "b"},
            "bounce": {"message": "no", "type": "Permanent", "subType": "General"},
        },
    },
    "sendgrid": [
        {
            "event": "bounce", "email": ADA, "timestamp": _AT, "smtp-id": "<1@x>",
            "category": ["a"],
            "sg_event_id": "1", "sg_message_id": "1", "reason": "550", "status": "5.1.1",
            "type": "bounce", "delivery": "1", "anymail_id": "1", "useragent": "x",
        }
    ],
    "sparkpost": [
        {
            "msys": {
                "message_event": {
                    "type": "bounce", "bounce_class": "10", "timestamp": str(_AT), "event_id": "1",
                    "transmission_id": "1", "rcpt_to": ADA, "raw_rcpt_to": ADA, "reason": "550",
                    "rcpt_meta": {"delivery": "1"}, "rcpt_tags": ["a"], "campaign_id": "a",
                }
            }
        }
    ],
    "unisender_go": {
        "auth": "x",
        "events_by_user": [
            {
                "user_id": 1,
                "events": [
                    {
                        "event_name": "transactional_email_status",
                        "event_data": {
                            "job_id": "1", "status": "hard_bounced", "email": ADA, "metadata": {},
                            "event_time": "2025-03-14 12:05:00", "url": "",
                            "delivery_info": {"delivery_status": "err_user_unknown"},
                        },
                    }
                ],
            }
        ],
    },
}  # fmt: skip
