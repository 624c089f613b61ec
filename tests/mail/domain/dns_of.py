"""A DNS of a few records, without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mail.domain.dns import Kind, NoAnswer
from mail.domain.findings import Finding

SILENT = ("silent",)  # in place of records: no server answers


@dataclass
class Records:
    """The records of `"TXT papers.example.org"`, and how often each was asked for."""

    records: Mapping[str, Sequence[str]]
    asked: list[str] = field(default_factory=list)

    def ask(self, name: str, kind: Kind) -> list[str]:
        question = f"{kind} {name.lower().rstrip('.')}"
        self.asked.append(question)
        found = self.records.get(question, ())
        if found is SILENT:
            raise NoAnswer(f"the DNS has no answer for {kind} of {name}")
        return list(found)


def dns_of(records: Mapping[str, Sequence[str] | str]) -> Records:
    return Records({key: [one] if isinstance(one, str) else one for key, one in records.items()})


def levels(findings: Sequence[Finding]) -> list[str]:
    return [finding.level for finding in findings]


def only(findings: Sequence[Finding]) -> tuple[str, str, str]:
    """The level, the text and the record's value of the one finding."""
    [found] = findings
    return found.level, found.text, found.record.value if found.record else ""
