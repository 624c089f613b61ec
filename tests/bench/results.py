"""Results as the benchmarks write them, with made-up figures."""

from __future__ import annotations

from typing import Any


def spread(median: float) -> dict[str, float]:
    return {"median": median, "least": median * 0.9, "most": median * 1.1}


def make_parts() -> dict[str, Any]:
    """One result of each benchmark that the page tells of."""
    costs = {"cpu_us": spread(160.0), "postgres_us": spread(90.0)}
    return {
        "sending": {
            "quick": False,
            "postgresql": "18.4",
            "missing": "",
            "mail_bytes": {"ours": 46_000, "plain_django": 43_200},
            "rounds": [{"ours": {"rate": 3100.0}}],
            "ways": {
                name: {"rate": spread(3000.0), **costs}
                for name in ("ours", "smtp_source", "plain_django", "django_newsletter")
            },
            "ratios": {
                "ratio_to_smtp_source": spread(1.1),
                "cpu_ratio_plain_django": spread(26.0),
                "ratio_to_django_newsletter": spread(35.0),
            },
        },
        "latency": {
            "quick": False,
            "ways": [
                {
                    "way": "ours, the whole path",
                    "connections": 8,
                    "rate": spread(200.0),
                    "times_plain_django": spread(28.6),
                    "times_per_connection": spread(3.6),
                }
            ],
            "ratio_with_latency": spread(4.0),
            "ratio_with_latency_8_connections": spread(28.6),
        },
        "scaling": {
            "quick": False,
            "rows": [
                {
                    "readers": 1_000_000,
                    "queue_seconds": 40.0,
                    "rank_seconds": 55.5,
                    "send_seconds": 320.0,
                    "worker_us": 160.0,
                    "postgres_us": 90.0,
                    "cost_us": {"median": 250.0, "least": 250.0, "most": 250.0},
                    "rounds": [250.0],
                    "worker_mb": 151.0,
                    "ledger_mb": 2900.0,
                }
            ],
            "first_mail": {**spread(0.2), "readers": 20_000},
            "first_mail_of_most": {"readers": 1_000_000, "seconds": 1.1, "queue_seconds": 60.0},
            "queue_1m_seconds": 40.0,
            "rank_1m_seconds": 55.5,
            "cost_growth_10k_to_1m": 1.4,
            "worker_rss_mb": 151.0,
        },
        "smtp": {
            "quick": False,
            "cheap_sink": {"ours, 1 connection": {"rate": 4000, "rates": [3900], "cpu_us": 110}},
        },
        "bursts": {
            "quick": False,
            "results": [
                {
                    "provider": "postmark",
                    "way": "bursts of 50",
                    "delay_ms": 50,
                    "mails_per_request": 50.0,
                    "mails_per_second": 502.7,
                    "spread": [480.0, 510.0],
                    "cpu_ms_per_mail": 0.762,
                }
            ],
        },
    }


def make_machine() -> dict[str, Any]:
    return {
        "at": "2026-11-23T10:00+00:00",
        "cpus": 2,
        "cpu": "A Processor",
        "memory_gb": 15.6,
        "load_at_start": 0.1,
        "system": "Linux 6.1",
        "python": "3.11.7",
    }
