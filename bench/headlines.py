"""The figures that are promised: where each is found, and what it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure: its key, the result it stands in, and the way to it there."""

    key: str
    words: str
    part: str
    path: tuple[str, ...]
    form: str
    at_least: float | None = None
    at_most: float | None = None

    def found(self, parts: Mapping[str, Any]) -> dict[str, float] | None:
        """Its median, least and most; only a median where it was measured once."""
        told: Any = parts.get(self.part)
        for step in self.path:
            told = told.get(step) if isinstance(told, Mapping) else None
        if isinstance(told, Mapping):
            return {name: told[name] for name in ("median", "least", "most")}
        return None if told is None else {"median": float(told)}

    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    def is_kept(self, value: float) -> bool:
        """Whether a value is on the right side of the target, if there is one."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


HEADLINES: Final = (
    Headline(
        "ratio_to_smtp_source",
        "Mails a second: × `smtp-source -d -s 4`",
        "sending",
        ("ratios", "ratio_to_smtp_source"),
        ".2f",
        at_least=1.0,
    ),
    Headline(
        "cpu_ratio_plain_django",
        "Processor time a mail: plain Django's × ours (workers)",
        "sending",
        ("ratios", "cpu_ratio_plain_django"),
        ".1f",
        at_least=25,
    ),
    Headline(
        "ratio_to_django_newsletter",
        "Mails a second: × django-newsletter",
        "sending",
        ("ratios", "ratio_to_django_newsletter"),
        ".1f",
        at_least=30,
    ),
    Headline(
        "ratio_with_latency",
        "30 ms away, by connection: × plain Django",
        "latency",
        ("ratio_with_latency",),
        ".2f",
        at_least=3.5,
    ),
    Headline(
        "ratio_with_latency_8_connections",
        "30 ms away, 8 connections: × plain Django on one",
        "latency",
        ("ratio_with_latency_8_connections",),
        ".1f",
        at_least=20,
    ),
    Headline(
        "queue_1m_seconds",
        "Seconds to queue a million",
        "scaling",
        ("queue_1m_seconds",),
        ".1f",
        at_most=45,
    ),
    Headline(
        "rank_1m_seconds",
        "Seconds to choose the papers of a million, one process",
        "scaling",
        ("rank_1m_seconds",),
        ".1f",
    ),
    Headline(
        "first_mail_seconds",
        "Seconds from dispatch to the first mail",
        "scaling",
        ("first_mail",),
        ".2f",
        at_most=2,
    ),
    Headline(
        "first_mail_1m_seconds",
        "The same while a million are queued",
        "scaling",
        ("first_mail_of_most", "seconds"),
        ".2f",
        at_most=2,
    ),
    Headline(
        "cost_growth_10k_to_1m",
        "Cost a mail: a million's × ten thousand's",
        "scaling",
        ("cost_growth_10k_to_1m",),
        ".2f",
        at_most=1.3,
    ),
    Headline(
        "worker_rss_mb",
        "Memory of the largest sending process, MB",
        "scaling",
        ("worker_rss_mb",),
        ".0f",
        at_most=200,
    ),
)
