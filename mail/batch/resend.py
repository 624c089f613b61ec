"""Resend: POST /emails/batch takes 100 mails, and takes them once for each Idempotency-Key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from mail.batch.client import BatchApi, Request
from mail.batch.split import Parcel
from mail.outcome import Outcome

# Kept for 24 hours there. The first means that the request is still being worked on, the
# second that it was another one: either way nobody can say what became of these mails.
_KEY_IN_USE: Final = {"concurrent_idempotent_requests", "invalid_idempotent_request"}
# They say 429, but waiting a minute does not help.
_QUOTA: Final = {"daily_quota_exceeded", "monthly_quota_exceeded"}
_ABOUT_RECIPIENT: Final = re.compile(r"[`'\"]to[`'\"]")
_ABOUT_SENDER: Final = re.compile(r"[`'\"]from[`'\"]")


class Resend(BatchApi):
    path: ClassVar = "emails/batch"
    most_mails: ClassVar = 100
    most_bytes: ClassVar = 10_000_000  # no limit is documented; web servers have one
    is_keyed: ClassVar = True

    def request(self, parcels: Sequence[Parcel], key: str) -> Request:
        body = b"[%b]" % b",".join(parcel.item for parcel in parcels)
        # Permissive: a mail that cannot be taken does not take the others down.
        return Request(body, {"Idempotency-Key": key, "x-batch-validation": "permissive"})

    def read(self, said: Any, count: int) -> list[Outcome]:
        bad = {int(one["index"]): str(one.get("message", "")) for one in said.get("errors") or []}
        ids = [one["id"] for one in said["data"]]
        if len(ids) + len(bad) != count or not set(bad) <= set(range(count)):
            raise ValueError("not one answer a mail")
        taken = iter(ids)
        return [
            _refusal(bad[place])
            if place in bad
            else Outcome("accepted", provider_id=str(next(taken))[:200])
            for place in range(count)
        ]

    def refusal(self, said: Mapping[str, Any], verdict: Outcome) -> Outcome:
        name = str(said.get("name", ""))
        if name in _KEY_IN_USE:
            return Outcome("unknown", error=verdict.error)
        if name in _QUOTA:
            return Outcome("misconfigured", error=verdict.error)
        if verdict.disputed:
            return replace(_refusal(str(said.get("message", ""))), error=verdict.error)
        return verdict


def _refusal(message: str) -> Outcome:
    """What a complaint about the content of one mail, or of one among several, means."""
    if _ABOUT_SENDER.search(message):
        return Outcome("misconfigured", error=message[:500])
    if _ABOUT_RECIPIENT.search(message):
        return Outcome("refused", error=message[:500])
    return Outcome("misconfigured", error=message[:500], disputed=True)
