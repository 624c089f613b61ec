"""The results as Markdown tables, for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.headlines import HEADLINES, Headline
from bench.sending import WAYS

_SERVERS = {"cheap_sink": "a cheap sink", "smtp_sink": "`smtp-sink`"}


def tables(latest: Mapping[str, Any]) -> str:
    """All of them, under headings, after a line on the machine."""
    parts = latest["parts"]
    told = [about(latest["machine"]), "", *promises(latest)]
    for heading, part, rows in (
        ("One sink, next door", "sending", sending),
        ("A server 30 ms away", "latency", latency),
        ("More readers", "scaling", scaling),
        ("The transport alone", "smtp", transport),
        ("Bursts into providers' APIs", "bursts", bursts),
    ):
        if part in parts:
            told += ["", f"### {heading}", "", *rows(parts[part])]
    return "\n".join(told) + "\n"


def about(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['at'][:10]}, {machine['cpus']} × {machine['cpu']}, "
        f"{machine['memory_gb']:g} GB, load {machine['load_at_start']:g} at the start; "
        f"{machine['system']}, Python {machine['python']}, "
        f"PostgreSQL {machine.get('postgresql') or 'unknown'}."
    )


def promises(latest: Mapping[str, Any]) -> list[str]:
    """What was promised, and what came of it."""
    rows = [_promise(one, latest) for one in HEADLINES]
    return table(("", "median (spread)", "target", "kept"), rows)


def _promise(one: Headline, latest: Mapping[str, Any]) -> tuple[str, ...]:
    found = latest["spreads"].get(one.key)
    if found is None:
        return one.words, f"not measured: {latest['missing'][one.key]}", one.target(), ""
    kept = ("yes" if one.is_kept(found["median"]) else "**no**") if one.target() else ""
    return one.words, spread(found, one.form), one.target(), kept


def sending(part: Mapping[str, Any]) -> list[str]:
    """Rates and costs of everybody who sends into the same smtp-sink."""
    rows = []
    for name, of_way in part["ways"].items():
        size = part["mail_bytes"].get(name, part["mail_bytes"]["ours"])
        costs = (f"{of_way[what]['median']:,.0f}" for what in ("cpu_us", "postgres_us"))
        rows.append((WAYS[name], spread(of_way["rate"], ",.0f"), *costs, f"{size / 1000:.1f}"))
    head = ("way", "mails/s", "senders' CPU, µs a mail", "PostgreSQL's, µs", "KB a mail")
    return table(head, rows)


def latency(part: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            row["way"],
            str(row["connections"]),
            spread(row["rate"], ".1f"),
            f"{row['times_plain_django']['median']:.1f}",
            f"{row['times_per_connection']['median']:.1f}",
        )
        for row in part["ways"]
    ]
    return table(("way", "connections", "mails/s", "× plain Django", "by connection"), rows)


def scaling(part: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            f"{row['readers']:,}",
            *(f"{row[f'{step}_seconds']:,.1f}" for step in ("queue", "rank", "send")),
            f"{row['readers'] / row['send_seconds']:,.0f}",
            *(f"{row[f'{who}_us']:,.0f}" for who in ("worker", "postgres")),
            spread(row["cost_us"], ",.0f") if len(row["rounds"]) > 1 else _once(row["cost_us"]),
            *(f"{row[f'{what}_mb']:,.0f}" for what in ("worker", "ledger")),
        )
        for row in part["rows"]
    ]
    head = ("readers", "queued, s", "ranked, s", "sent, s", "mails/s", "workers, µs a mail")
    return table((*head, "PostgreSQL, µs", "both, µs", "worker, MB", "ledger, MB"), rows)


def transport(part: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            _SERVERS[server],
            way,
            spread({"median": row["rate"], "least": low, "most": high}, ",.0f"),
            f"{row['cpu_us']:,.0f}",
        )
        for server in _SERVERS
        for way, row in part.get(server, {}).items()
        for low, high in [(min(row["rates"]), max(row["rates"]))]
    ]
    return table(("into", "way", "mails/s", "CPU, µs a mail"), rows)


def bursts(part: Mapping[str, Any]) -> list[str]:
    rows = [
        (
            one["provider"].capitalize(),
            f"{one['delay_ms']} ms",
            one["way"],
            f"{one['mails_per_request']:g}",
            spread(dict(zip(("least", "most"), one["spread"], strict=True)) | _median(one), ",.0f"),
            f"{one['cpu_ms_per_mail'] * 1000:,.0f}",
        )
        for one in part["results"]
    ]
    head = ("provider", "answers after", "way", "mails a request", "mails/s", "CPU, µs a mail")
    return table(head, rows)


def _once(found: Mapping[str, float]) -> str:
    return f"{found['median']:,.0f}"


def _median(one: Mapping[str, Any]) -> dict[str, float]:
    return {"median": one["mails_per_second"]}


def spread(found: Mapping[str, float], form: str) -> str:
    """ "2.10 (1.98 to 2.33)", or the median alone when that is all there is."""
    if "least" not in found:
        return f"{found['median']:{form}}"
    return f"{found['median']:{form}} ({found['least']:{form}} to {found['most']:{form}})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of Markdown; all columns but the first are aligned right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]
