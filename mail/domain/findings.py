"""What was found about a domain, in words, and the DNS record that would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Level = Literal["ok", "note", "warning", "error"]
_MARKS: Final[Mapping[Level, str]] = {
    "ok": "ok     ",
    "note": "note   ",
    "warning": "warning",
    "error": "ERROR  ",
}
_LONGEST_STRING: Final = 255  # of one string in a TXT record


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record to enter at the DNS provider; `value` is what its form wants."""

    name: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one topic: SPF, DKIM, DMARC …"""

    level: Level
    topic: str
    text: str
    record: DnsRecord | None = None


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether receivers would refuse mail, or not count what authenticates it."""
    return any(finding.level == "error" for finding in findings)


def as_text(findings: Iterable[Finding]) -> str:
    """The findings as lines for a terminal, each record below the finding that asks for it."""
    return "\n".join(_printable(line) for finding in findings for line in _lines(finding))


def _printable(line: str) -> str:
    """A line without control characters: the owner of a domain writes its records."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _lines(finding: Finding) -> list[str]:
    lines = [f"{_MARKS[finding.level]} {finding.topic}: {finding.text}"]
    if record := finding.record:
        lines += [f"          {record.type} record", f"          name   {record.name}"]
        lines.append(f"          value  {record.value}")
        if len(record.value) > _LONGEST_STRING and record.type == "TXT":
            lines.append("          (a zone file needs it in strings of at most 255 characters)")
    return lines


def as_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The same for JSON."""
    return [
        {
            "level": finding.level,
            "topic": finding.topic,
            "text": finding.text,
            "record": _record(finding.record),
        }
        for finding in findings
    ]


def _record(record: DnsRecord | None) -> dict[str, str] | None:
    return {"name": record.name, "type": record.type, "value": record.value} if record else None
