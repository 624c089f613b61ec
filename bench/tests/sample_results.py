"""Results as the benchmarks write them, with made-up figures."""

from __future__ import annotations

from typing import Any

from bench.latency import PATH
from bench.sending import WAYS

MACHINE = {
    "at": "2026-11-23T10:00+00:00",
    "cpus": 2,
    "cpu": "A Processor",
    "memory_gb": 15.6,
    "load_at_start": 0.1,
    "system": "Linux 6.1",
    "python": "3.11.7",
}


def spread(median: float) -> dict[str, float]:
    return {"median": median, "least": median * 0.9, "most": median * 1.1}


PROFILES: dict[str, Any] = {
    "rows": [
        {
            "readers": "a tenth with 20",
            "cpu_1m_seconds": 110.0,
            "wall_1m_seconds": 150.0,
            "megabytes": 220.0,
        }
    ],
    "choose_1m_seconds": 110.0,
    "choosing_mb": 220.0,
}


def make_parts() -> dict[str, Any]:
    """One result of each benchmark that the page has a table of."""
    costs = {"rate": spread(3000.0), "cpu_us": spread(160.0), "postgres_us": spread(90.0)}
    latency = {"times_plain_django": spread(28.6), "times_per_connection": spread(3.6)}
    row = {"readers": 1_000_000, "queue_seconds": 40.0, "rank_seconds": 55.5, "send_seconds": 320.0}
    row |= {"rate": 3125.0, "worker_us": 160.0, "postgres_us": 90.0, "worker_mb": 151.0}
    burst = {"provider": "Postmark", "way": "bursts of 50", "delay_ms": 50}
    sent = {"rate": spread(503.0), "cpu_us": spread(762.0)}
    parts: dict[str, Any] = {
        "sending": {
            "postgresql": "18.4",
            "missing": "",
            "rounds": [{"ours": {"rate": 3100.0}}],
            "ways": [{"way": way, "mail_kb": 43.2, **costs} for way in WAYS.values()],
            "ratios": {
                "ratio_to_smtp_source": spread(1.1),
                "cpu_ratio_plain_django": spread(26.0),
                "ratio_to_django_newsletter": spread(35.0),
            },
            "ledger_log_bytes_a_mail": spread(3100.0),
        },
        "latency": {
            "ways": [{"way": PATH, "connections": 8, "rate": spread(200.0), **latency}],
            "ratio_with_latency": spread(4.0),
            "ratio_with_latency_8_connections": spread(28.6),
        },
        "scaling": {
            "rows": [{**row, "cost_us": dict.fromkeys(spread(1), 250.0), "ledger_mb": 2900.0}],
            "first_mail": spread(0.2),
            "first_mail_of_most": {"seconds": 1.1},
            "queue_1m_seconds": 40.0,
            "rank_1m_seconds": 55.5,
            "cost_growth_10k_to_1m": 1.4,
            "worker_rss_mb": 151.0,
        },
        "events": {"quick": False, "p99_ms": 60, "lost": 0},
        "pages": {
            "rows": [
                {
                    "page": "front page",
                    "way": "kept",
                    "per_second": 4000.0,
                    "p99_ms": 12.0,
                    "cpu_ms": 0.33,
                }
            ],
            "front_kept": 4000.0,
            "topic_kept": 3900.0,
            "front_rendered": 70.0,
            "front_cpu_ms": 19.5,
            "largest_kb": 17.5,
            "search": {"p99_ms": 120.0},
            "sign_up": {"p99_ms": 400.0, "lost": 0},
        },
        "profiles": PROFILES,
        "bursts": {"results": [{**burst, "mails_per_request": 50.0, **sent}]},
    }
    return {name: {"quick": False, **part} for name, part in parts.items()}
