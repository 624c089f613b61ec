"""One file and one page of what all benchmarks found: `python -m bench.report`.

bench/results/latest.json always; the tables in docs/performance.md after a run of full size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import ROOT, result_files

PAGE: Final = ROOT / "docs" / "performance.md"
PARTS: Final = (
    "sending",
    "latency",
    "scaling",
    "profiles",
    "bursts",
    "papers",
    "search",
    "pages",
    "events",
)
MARKS: Final = ("<!-- measured -->\n", "<!-- /measured -->")


# ── what is promised ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Headline:
    """One promised figure: its key, where it stands in the results, its target."""

    key: str
    words: str
    path: str  # "part.key" or "part.key.key"
    form: str
    target: str  # "≥ 25", "≤ 2" or nothing

    def found(self, parts: Mapping[str, Any]) -> dict[str, float] | None:
        """Its median, least and most; only a median where it was measured once."""
        value = _at(parts, self.path)
        if isinstance(value, Mapping):
            return {name: value[name] for name in ("median", "least", "most")}
        return None if value is None else {"median": float(value)}

    def is_kept(self, value: float) -> bool:
        """Whether a value is on the right side of the target, if there is one."""
        sign, _, limit = self.target.partition(" ")
        return not sign or (value >= float(limit) if sign == "≥" else value <= float(limit))


def _at(value: Any, path: str) -> Any:
    """The value at "key.key" in nested results; None where a key is missing."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


# key | words | where | form | target
_HEADLINES: Final = """
ratio_to_smtp_source | Mails a second: × `smtp-source -d -s 4` | sending.ratios.% | .2f | ≥ 1
cpu_ratio_plain_django | Processor time a mail: plain Django's × ours (workers) | sending.ratios.% | .1f | ≥ 25
ratio_to_django_newsletter | Mails a second: × django-newsletter | sending.ratios.% | .1f | ≥ 30
ledger_log_bytes_a_mail | PostgreSQL's log (WAL) while sending, bytes a mail | sending.% | ,.0f |
ratio_with_latency | 30 ms away, by connection: × plain Django | latency.% | .2f | ≥ 3.5
ratio_with_latency_8_connections | 30 ms away, 8 connections: × plain Django on one | latency.% | .1f | ≥ 20
queue_1m_seconds | Seconds to queue a million | scaling.% | .1f | ≤ 45
rank_1m_seconds | Seconds to choose the papers of a million, one process | scaling.% | .1f |
choose_1m_seconds | The same when a tenth have 20 events, processor | profiles.% | .0f | ≤ 120
choosing_mb | Memory of the process that chooses so, MB | profiles.% | .0f | ≤ 300
first_mail_seconds | Seconds from dispatch to the first mail | scaling.first_mail | .2f | ≤ 2
first_mail_1m_seconds | The same while a million are queued | scaling.first_mail_of_most.seconds | .2f | ≤ 2
cost_growth_10k_to_1m | Cost a mail: a million's × ten thousand's | scaling.% | .2f | ≤ 1.3
front_kept | Front page, kept: requests a second | pages.% | ,.0f | ≥ 2000
topic_kept | A topic's page, kept: requests a second | pages.% | ,.0f | ≥ 2000
front_rendered | Front page, rendered: requests a second | pages.% | .0f | ≥ 60
front_cpu_ms | Processor time of the front page, rendered, ms | pages.% | .1f | ≤ 15
largest_kb | KB of the largest page over the wire | pages.% | .1f | ≤ 40
search_p99_ms | 50 searches a second: ms, 99th percentile | pages.search.p99_ms | .0f | ≤ 150
sign_up_p99_ms | 100 sign-ups a second: ms, 99th percentile | pages.sign_up.p99_ms | .0f | ≤ 1000
events_p99_ms | 500 events of a provider a second: ms, 99th percentile | events.p99_ms | .0f | ≤ 1000
events_lost | Of these events lost | events.lost | .0f | ≤ 0
sign_ups_lost | Of these sign-ups lost | pages.sign_up.lost | .0f | ≤ 0
worker_rss_mb | Memory of the largest sending process, MB | scaling.% | .0f | ≤ 200
"""  # noqa: E501 (a table)


def _headline(line: str) -> Headline:
    key, words, path, form, target = (cell.strip() for cell in line.split("|"))
    return Headline(key, words, path.replace("%", key), form, target)


HEADLINES: Final = tuple(_headline(line) for line in _HEADLINES.strip().splitlines())


# ── one file ─────────────────────────────────────────────────────────────────


def main() -> Path:
    """Join the files of bench/results; returns the path of the joined file."""
    latest = assembled(*_read(result_files.RESULTS))
    if not latest["quick"] and latest["parts"].keys() == set(PARTS):
        result_files.replace_between(PAGE, MARKS, tables(latest))
        print(f"The tables of {PAGE.relative_to(ROOT)} are those of this run.")
    print("\n" + tables(latest))
    return result_files.write("latest", latest)


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The machine, and the results of each benchmark that there are."""
    found = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in ("machine", *PARTS)
        if (folder / f"{name}.json").exists()
    }
    return found.pop("machine", {}), found


def assembled(machine: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """The promised figures on top, `None` with a reason where one is missing; then all parts."""
    spreads = {one.key: one.found(parts) for one in HEADLINES}
    sending = parts.get("sending", {})
    return {
        "quick": any(part.get("quick", False) for part in parts.values()),
        **{key: round(found["median"], 3) if found else None for key, found in spreads.items()},
        "targets": {one.key: _kept(one, spreads[one.key]) for one in HEADLINES if one.target},
        "missing": {one.key: _why(one, parts) for one in HEADLINES if not spreads[one.key]},
        "machine": {**machine, "postgresql": sending.get("postgresql")},
        "spreads": {key: found for key, found in spreads.items() if found},
        "rounds": sending.get("rounds", []),
        "parts": {name: _without_rounds(part) for name, part in parts.items()},
    }


def _without_rounds(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != "rounds"}


def _kept(one: Headline, found: Mapping[str, float] | None) -> dict[str, Any]:
    return {"target": one.target, "kept": one.is_kept(found["median"]) if found else None}


def _why(one: Headline, parts: Mapping[str, Any]) -> str:
    part = one.path.partition(".")[0]
    if part not in parts:
        return f"`python -m bench {part}` failed"
    return str(parts[part].get("missing") or "this run has no such figure")


# ── tables ───────────────────────────────────────────────────────────────────
# heading | where the rows stand in the parts | of each column its head = its key : its form
_TABLES: Final = """
One sink, next door | sending.ways | way=way: ; mails/s=rate:,.0f ; senders' CPU, µs a mail=cpu_us.median:,.0f ; PostgreSQL's, µs=postgres_us.median:,.0f ; KB a mail=mail_kb:.1f
A server 30 ms away | latency.ways | way=way: ; connections=connections: ; mails/s=rate:.1f ; × plain Django=times_plain_django.median:.1f ; by connection=times_per_connection.median:.1f
More readers | scaling.rows | readers=readers:, ; queued, s=queue_seconds:,.1f ; ranked, s=rank_seconds:,.1f ; sent, s=send_seconds:,.1f ; mails/s=rate:,.0f ; workers, µs a mail=worker_us:,.0f ; PostgreSQL, µs=postgres_us:,.0f ; both, µs=cost_us:,.0f ; worker, MB=worker_mb:,.0f ; ledger, MB=ledger_mb:,.0f
Choosing for a million | profiles.rows | readers=readers: ; processor, s=cpu_1m_seconds:,.1f ; with PostgreSQL, s=wall_1m_seconds:,.1f ; memory, MB=megabytes:,.0f
Pages | pages.rows | page=page: ; way=way: ; requests/s=per_second:,.0f ; p99, ms=p99_ms:,.0f ; the site's CPU, ms a request=cpu_ms:.2f
Bursts into providers' APIs | bursts.results | provider=provider: ; answers after, ms=delay_ms: ; way=way: ; mails a request=mails_per_request:g ; mails/s=rate:,.0f ; CPU, µs a mail=cpu_us.median:,.0f
"""  # noqa: E501 (a table)


def tables(latest: Mapping[str, Any]) -> str:
    """All tables in Markdown, under headings, after a line on the machine."""
    rows = [_promise(one, latest) for one in HEADLINES]
    promises = table(("", "median (spread)", "target", "kept"), rows)
    lines = [_about(latest["machine"]), "", *promises, *part_tables(latest["parts"])]
    return "\n".join(lines) + "\n"


def part_tables(parts: Mapping[str, Any]) -> list[str]:
    """The lines of the tables of these parts, under their headings."""
    lines: list[str] = []
    for spec in _TABLES.strip().splitlines():
        heading, path, columns = spec.split(" | ")
        heads, cells = zip(*(one.strip().split("=") for one in columns.split(" ;")), strict=True)
        if rows := _at(parts, path):
            body = [[_cell(row, *cell.split(":")) for cell in cells] for row in rows]
            lines += ["", f"### {heading}", "", *table(heads, body)]
    return lines


def _cell(row: Any, path: str, form: str) -> str:
    value = _at(row, path)
    return spread(value, form) if isinstance(value, Mapping) else f"{value:{form}}"


def _about(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['at'][:10]}, {machine['cpus']} × {machine['cpu']}, "
        f"{machine['memory_gb']:g} GB, load {machine['load_at_start']:g} at the start; "
        f"{machine['system']}, Python {machine['python']}, "
        f"PostgreSQL {machine.get('postgresql') or 'unknown'}."
    )


def _promise(one: Headline, latest: Mapping[str, Any]) -> tuple[str, ...]:
    found = latest["spreads"].get(one.key)
    if found is None:
        return one.words, f"not measured: {latest['missing'][one.key]}", one.target, ""
    kept = ("yes" if one.is_kept(found["median"]) else "**no**") if one.target else ""
    return one.words, spread(found, one.form), one.target, kept


def spread(found: Mapping[str, float], form: str) -> str:
    """ "2.10 (1.98 to 2.33)", or the median alone where it was measured once."""
    if found.get("least") == found.get("most"):
        return f"{found['median']:{form}}"
    return f"{found['median']:{form}} ({found['least']:{form}} to {found['most']:{form}})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of Markdown; all columns but the first are aligned right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


if __name__ == "__main__":
    main()
