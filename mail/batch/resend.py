"""Resend: POST /emails/batch takes 100 messages, and takes them once per Idempotency-Key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from mail.batch.client import BatchApi, Request
from mail.batch.split import BatchItem
from mail.outcome import Outcome

# Resend keeps a key for 24 hours. The first means that the request is still being processed, the
# second that the key belonged to a different one: neither says what happened to these messages.
_KEY_IN_USE: Final = {"concurrent_idempotent_requests", "invalid_idempotent_request"}
# Their status is 429, but waiting a minute does not help.
_QUOTA: Final = {"daily_quota_exceeded", "monthly_quota_exceeded"}
_ABOUT_RECIPIENT: Final = re.compile(r"[`'\"]to[`'\"]")
_ABOUT_SENDER: Final = re.compile(r"[`'\"]from[`'\"]")


class Resend(BatchApi):
    path: ClassVar = "emails/batch"
    max_messages: ClassVar = 100
    max_bytes: ClassVar = 10_000_000  # no limit is documented; web servers have one
    is_keyed: ClassVar = True

    def request(self, items: Sequence[BatchItem], key: str) -> Request:
        body = b"[%b]" % b",".join(item.json for item in items)
        # Permissive: an invalid message does not fail the others.
        return Request(body, {"Idempotency-Key": key, "x-batch-validation": "permissive"})

    def read(self, reply: Any, count: int) -> list[Outcome]:
        bad = {int(one["index"]): str(one.get("message", "")) for one in reply.get("errors") or []}
        ids = [one["id"] for one in reply["data"]]
        if len(ids) + len(bad) != count or not set(bad) <= set(range(count)):
            raise ValueError("not one outcome for each message")
        accepted = iter(ids)
        return [
            _refusal(bad[place])
            if place in bad
            else Outcome("accepted", provider_id=str(next(accepted))[:200])
            for place in range(count)
        ]

    def refusal(self, reply: Mapping[str, Any], by_status: Outcome) -> Outcome:
        name = str(reply.get("name", ""))
        if name in _KEY_IN_USE:
            return Outcome("unknown", error=by_status.error)
        if name in _QUOTA:
            return Outcome("misconfigured", error=by_status.error)
        if by_status.disputed:
            return replace(_refusal(str(reply.get("message", ""))), error=by_status.error)
        return by_status


def _refusal(text: str) -> Outcome:
    """The outcome of a message whose content was rejected, alone or among several."""
    if _ABOUT_SENDER.search(text):
        return Outcome("misconfigured", error=text[:500])
    if _ABOUT_RECIPIENT.search(text):
        return Outcome("refused", error=text[:500])
    return Outcome("misconfigured", error=text[:500], disputed=True)
