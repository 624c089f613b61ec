"""How rounds become figures: medians, ratios within a round, proportions."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from bench.costs import cpu_seconds
from bench.figures import Figure, figure, ratios
from bench.latency import DJANGO, PATH, TRANSPORT, Way
from bench.latency import summary as latency_summary
from bench.postfix import last_count, wait_for
from bench.scaling import Row, at_a_million, middle, told
from bench.sending import Measured
from bench.sending import summary as sending_summary
from bench.whole_path import Sent


def test_a_figure_is_a_median_with_its_extremes() -> None:
    found = figure([3.0, 1.0, 20.0])

    assert found == Figure(median=3.0, least=1.0, most=20.0)
    assert f"{found:.1f}" == "3.0 (1.0 to 20.0)"
    assert found.divided(2).as_json() == {"median": 1.5, "least": 0.5, "most": 10.0}


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_every_way_is_compared_within_its_round() -> None:
    rounds = [
        {
            "ours": Measured(rate=3000 * weather, cpu_us=100),
            "smtp_source": Measured(rate=2000 * weather, cpu_us=70),
            "plain_django": Measured(rate=300 * weather, cpu_us=4000),
            "django_newsletter": Measured(rate=75 * weather, cpu_us=9000),
        }
        for weather in (1.0, 0.5, 0.1)
    ]
    found = sending_summary(rounds)

    assert found["ratios"]["ratio_to_smtp_source"] == {"median": 1.5, "least": 1.5, "most": 1.5}
    assert found["ratios"]["cpu_ratio_plain_django"]["median"] == 40
    assert found["ratios"]["ratio_to_django_newsletter"]["median"] == 40
    assert found["ways"]["ours"]["rate"] == {"median": 1500, "least": 300, "most": 3000}
    assert len(found["rounds"]) == 3


def test_without_a_rival_there_is_no_ratio_to_it() -> None:
    one = Measured(rate=1, cpu_us=1)
    found = sending_summary([{"ours": one, "smtp_source": one, "plain_django": one}])
    assert "ratio_to_django_newsletter" not in found["ratios"]


def test_a_far_server_is_judged_by_connection_and_as_a_whole() -> None:
    ways = [
        Way(name, connections, float)
        for name, connections in ((DJANGO, 1), (TRANSPORT, 1), (TRANSPORT, 8), (PATH, 2), (PATH, 8))
    ]
    found = latency_summary(
        ways, [[8.0, 4.0], [32.0, 16.0], [240.0, 80.0], [56.0, 32.0], [200.0, 80.0]]
    )

    assert found["ratio_with_latency"]["median"] == 3.75  # 7 and 8 times on two connections
    assert found["ratio_with_latency_8_connections"]["median"] == 22.5
    assert found["ratio_with_latency_transport"]["median"] == 4
    assert found["ratio_with_latency_transport_8_connections"]["median"] == 25


def test_several_rounds_of_one_size_are_told_by_their_medians() -> None:
    rows = [row(1_000, cost=cost, mb=150.0) for cost in (90.0, 300.0, 100.0)]

    assert middle(rows) == row(1_000, cost=100.0, mb=150.0)
    assert told(rows)["cost_us"] == {"median": 100, "least": 90, "most": 300}


def test_fewer_readers_are_counted_up_to_a_million() -> None:
    few, many = row(1_000, cost=100.0, mb=150.0), row(10_000, cost=120.0, mb=140.0)
    assert at_a_million([few, many]) == {
        "queue_1m_seconds": 200,
        "rank_1m_seconds": 300,
        "cost_growth_10k_to_1m": 1.2,
        "worker_rss_mb": 150,
    }


def row(readers: int, *, cost: float, mb: float) -> Row:
    return Row(
        readers=readers,
        queue_seconds=2.0,
        rank_seconds=3.0,
        send_seconds=4.0,
        worker_us=cost - 40,
        postgres_us=40,
        worker_mb=mb,
        ledger_mb=1,
    )


def test_a_round_knows_its_rate_and_its_cost() -> None:
    sent = Sent(2_000, queue_seconds=1, send_seconds=0.5, worker_seconds=0.4, postgres_seconds=0.1)
    assert (sent.rate, sent.worker_us, sent.postgres_us) == pytest.approx((4_000, 200, 50))


@pytest.mark.parametrize(
    ("told", "mails"),
    [
        (b"sess=0 quit=0 mesg=1\r", 1),
        (b"sess=0 quit=0 mesg=1\rsess=1 quit=0 mesg=12\r", 12),
        (b"sess=0 quit=0 mesg=13\rsess=1 quit=0 me", 13),
        (b"sg=14\r", 14),
        (b"sess=0 qu", 7),
    ],
)
def test_the_sinks_counter_is_read_whole_or_not_at_all(told: bytes, mails: int) -> None:
    assert last_count(told, before=7) == mails


def test_waiting_in_vain_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match="in vain for a miracle"):
        wait_for(lambda: False, "a miracle", seconds=0.01, pause=0.001)


def test_what_ended_children_computed_counts() -> None:
    before = cpu_seconds(psutil.Process())
    subprocess.run([sys.executable, "-c", "sum(range(5_000_000))"], check=True)
    ended = cpu_seconds(psutil.Process()) - before

    assert ended > 0.02
    assert cpu_seconds(psutil.Process(), but=os.getpid()) < ended + before
