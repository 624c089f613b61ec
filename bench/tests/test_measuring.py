"""Rounds become figures: medians, ratios within a round, proportions, the server's log."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from bench.database import Server, log_position, scalar
from bench.latency import DJANGO, PATH, TRANSPORT, Way
from bench.latency import summary as latency_summary
from bench.measuring import Figure, figure
from bench.processes import cpu_seconds
from bench.scaling import Row, at_a_million, summary
from bench.sending import Measured
from bench.sending import summary as sending_summary
from bench.whole_path import Sent


def test_a_figure_is_a_median_with_its_extremes() -> None:
    found = figure([3.0, 1.0, 20.0])
    assert found == Figure(median=3.0, least=1.0, most=20.0)
    assert f"{found:.1f}" == "3.0 (1.0 to 20.0)"
    assert found.divided(2).as_json() == {"median": 1.5, "least": 0.5, "most": 10.0}


def test_every_way_is_compared_within_its_round() -> None:
    rounds = [
        {
            "ours": Measured(rate=3000 * load, cpu_us=100, log_bytes=3000),
            "smtp_source": Measured(rate=2000 * load, cpu_us=70),
            "plain_django": Measured(rate=300 * load, cpu_us=4000),
            "django_newsletter": Measured(rate=75 * load, cpu_us=9000),
        }
        for load in (1.0, 0.5, 0.1)
    ]
    found = sending_summary(rounds, {"ours": 46_000})

    assert found["ratios"]["ratio_to_smtp_source"] == {"median": 1.5, "least": 1.5, "most": 1.5}
    assert found["ratios"]["cpu_ratio_plain_django"]["median"] == 40
    assert found["ratios"]["ratio_to_django_newsletter"]["median"] == 40
    assert found["ledger_log_bytes_a_mail"]["median"] == 3000
    assert found["ways"][0]["rate"] == {"median": 1500, "least": 300, "most": 3000}
    assert found["ways"][1]["mail_kb"] == 46

    for one in rounds:
        del one["django_newsletter"]
    assert "ratio_to_django_newsletter" not in sending_summary(rounds, {"ours": 1})["ratios"]


def test_a_far_server_has_figures_by_connection_and_in_all() -> None:
    counts = ((DJANGO, 1), (TRANSPORT, 1), (TRANSPORT, 8), (PATH, 4), (PATH, 8))
    rates = [[8.0, 4.0], [32.0, 16.0], [240.0, 80.0], [112.0, 64.0], [200.0, 80.0]]
    found = latency_summary([Way(name, count, float) for name, count in counts], rates)

    assert found["ratio_with_latency"]["median"] == 3.75  # 14 and 16 times on four connections
    assert found["ratio_with_latency_8_connections"]["median"] == 22.5
    assert found["ratio_with_latency_transport"]["median"] == 4
    assert found["ratio_with_latency_transport_8_connections"]["median"] == 25


def row(readers: int, *, cost: float, mb: float = 150.0) -> Row:
    return Row(readers, 2.0, 3.0, 4.0, cost - 40, 40, worker_mb=mb, ledger_mb=1)


def test_rounds_of_one_size_become_medians() -> None:
    found = summary([row(1_000, cost=cost) for cost in (90.0, 300.0, 100.0)])
    assert found["cost_us"] == {"median": 100, "least": 90, "most": 300}
    assert (found["worker_us"], found["rate"]) == (60, 250)


def test_fewer_subscribers_are_counted_up_to_a_million() -> None:
    assert at_a_million([row(1_000, cost=100.0), row(10_000, cost=120.0, mb=140.0)]) == {
        "queue_1m_seconds": 200,
        "rank_1m_seconds": 300,
        "cost_growth_10k_to_1m": 1.2,
        "worker_rss_mb": 150,
    }


def test_a_round_has_its_rate_and_its_costs_a_mail() -> None:
    sent = Sent(2_000, 1, 0.5, worker_seconds=0.4, postgres_seconds=0.1, log_bytes=6_000_000)
    found = sent.rate, sent.worker_us, sent.postgres_us, sent.log_bytes_a_mail
    assert found == pytest.approx((4_000, 200, 50, 3_000))


@pytest.mark.django_db
def test_the_servers_log_and_processor_time_are_read() -> None:
    server, before = Server(), log_position()
    scalar("SELECT sum(n) FROM generate_series(1, 999999) AS n")
    scalar("SELECT pg_logical_emit_message(false, 'test', repeat('x', 100000))")
    assert log_position() - before > 100_000
    assert server.own_cpu_seconds() > 0 or server.cpu_seconds() == 0  # it may run elsewhere


def test_processes_that_have_ended_count() -> None:
    before = cpu_seconds(psutil.Process())
    subprocess.run([sys.executable, "-c", "sum(range(5_000_000))"], check=True)
    ended = cpu_seconds(psutil.Process()) - before

    assert ended > 0.02
    assert cpu_seconds(psutil.Process(), but=os.getpid()) < ended + before
