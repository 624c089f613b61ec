"""Delivery status notifications (RFC 3464): what became of a mail, recipient by recipient. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mail.inbound.hardness import hardness_of
from mail.inbound.header_text import read_headers
from mail.inbound.incoming import Failure, Kind
from mail.inbound.mime import Part

_STATUS_PARTS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MOST: Final = 50  # recipients; each mail of ours has one, which may be a list with many
_CODE: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS: Final = re.compile(r"<?\"?([^\s<>\"';,]{1,64}@[^\s<>\"';,]{1,255})\"?>?")
# Some servers write other words than the RFC has: OpenSMTPD "error", others "failure".
_ACTIONS: Final = (
    ("delay", "delayed"),
    ("fail", "failed"),
    ("error", "failed"),
    ("undeliver", "failed"),
    ("deliver", "delivered"),
    ("relay", "relayed"),
    ("expand", "expanded"),
)
_NO_REPLY: Final = re.compile(r"\s*(?:smtp|x-\S+?)?\s*;?\s*", re.IGNORECASE)


def is_delivery_report(mail: Part) -> bool:
    """Whether a mail has the form of such a report. One that a person forwards has not."""
    return any(part.kind in _STATUS_PARTS for part in mail.walk())


def read_delivery_report(mail: Part) -> tuple[Failure, ...]:
    """What the report says of each recipient, in its order; empty if it names none."""
    found: list[Failure] = []
    for part in mail.walk():
        if part.kind in _STATUS_PARTS:
            found += _recipients(part)
    return tuple(found[:_MOST])


def kind_of(failures: tuple[Failure, ...]) -> Kind:
    """What all recipients together mean for the one mail.

    Whoever is behind an address of ours may be several: one that received it is enough.
    """
    actions = {one.action for one in failures}
    if actions & {"delivered", "relayed", "expanded"}:
        return "delivered"
    return "bounce" if "failed" in actions else "delay" if "delayed" in actions else "report"


def _recipients(part: Part) -> Iterator[Failure]:
    """The groups of fields after the first, or all of them: some servers leave the first out."""
    for fields in _groups(part):
        if not fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
            continue
        status = _CODE.search(_first(fields, "status"))
        reply = _reply(fields)
        code = status[1] if status else ""
        action = _action(_first(fields, "action"), code)
        yield Failure(
            recipient=_address(_first(fields, "final-recipient")),
            original=_address(_first(fields, "original-recipient")),
            action=action,
            status=code,
            reply=reply,
            hardness=hardness_of(code, reply) if action == "failed" else "",
        )


def _groups(part: Part) -> Iterator[dict[str, list[str]]]:
    data = part.content().replace(b"\r\n", b"\n").strip(b"\n")
    for group in re.split(rb"\n[ \t]*\n+", data, maxsplit=_MOST + 2)[: _MOST + 2]:
        fields, _ = read_headers(group)
        if fields:
            yield fields


def _first(fields: dict[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, [])), "")


def _reply(fields: dict[str, list[str]]) -> str:
    """The words of the server that refused it."""
    reply = _first(fields, "diagnostic-code") or _first(fields, "x-supplementary-info")
    return "" if _NO_REPLY.fullmatch(reply) else " ".join(reply.split())[:1000]


def _action(word: str, status: str) -> str:
    """The action; by the class of its code where a server leaves it out."""
    word = word.strip().lower()
    found = next((action for start, action in _ACTIONS if word.startswith(start)), "")
    by_class = {"2": "delivered", "4": "delayed", "5": "failed"}
    return found or ("" if word else by_class.get(status[:1], ""))


def _address(value: str) -> str:
    """The address after the type: `rfc822; bob@example.net`, and what else servers write."""
    given = value.partition(";")[2] if ";" in value else value
    found = _ADDRESS.search(given.replace("+40", "@") if "@" not in given else given)
    return found[1].lower() if found else ""
