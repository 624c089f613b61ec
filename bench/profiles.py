"""Seconds to choose the papers of a million readers, a tenth of whom have a profile of 20 papers.

In one process, as a sender does it: claims of 250 readers, their profiles' papers in one query,
then each reader's papers. Measured over fewer readers and scaled up, once without profiles; the
seconds are those of the processor, PostgreSQL's apart.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone
from numpy.typing import NDArray

from bench.database import empty_database
from bench.edition import PAPERS, make_edition
from bench.measuring import is_quick
from bench.processes import peak_megabytes, reset_peak
from bench.report import part_tables
from bench.result_files import write
from bench.subscribers import make_subscribers
from bench.synthetic_papers import texts
from newsletter.delivery.recipients import recipients
from newsletter.editions.loaded_edition import LoadedEdition
from newsletter.editions.personal.known_papers import papers_of
from newsletter.models import Edition
from papers.models import Paper, PaperVector
from papers.similarity.vectors import DIMENSIONS, pack_dense, pack_terms

_CLAIM: Final = 250
_FIELDS: Final = 40  # papers of one field are alike
_SEED: Final = 13
_LONG_AGO: Final = date(2025, 1, 1)
# Of a reader 14 liked and 6 disliked papers, of the last year. Some are liked by many: of 5,000
# papers a tenth has half of the events.
_PROFILES: Final = """
INSERT INTO subscribers_readerprofile (
  subscriber_id, liked, liked_days, disliked, disliked_days, updated_at)
SELECT id, events[1:14], days[1:14], events[15:20], days[15:20], now()
  FROM (SELECT reader.id, array_agg(chosen.paper) AS events, array_agg(chosen.day) AS days
          FROM subscribers_subscriber AS reader
         CROSS JOIN LATERAL (
           SELECT (%(first)s + power((hashint8(reader.id * 31 + n) & 65535) / 65536.0, 3)
                   * (%(last)s - %(first)s))::bigint AS paper, %(day)s - n * 9 AS day
             FROM generate_series(1, 20) AS n
           ) AS chosen
         WHERE reader.id %% 10 = 3
         GROUP BY reader.id) AS made
"""


def main(quick: bool) -> None:
    readers, known = (2_000, 1_000) if quick else (100_000, 5_000)
    with empty_database():
        edition = make_edition()
        make_subscribers(readers)
        plain = _chosen(edition, readers)
        make_vectors(known)
        make_profiles()
        learned = _chosen(edition, readers)
    rows = [{"readers": "without profiles", **plain}, {"readers": "a tenth with 20", **learned}]
    results = {
        "quick": quick,
        "measured_readers": readers,
        "rows": rows,
        "choose_1m_seconds": learned["cpu_1m_seconds"],
        "choosing_mb": learned["megabytes"],
    }
    print("\n".join(part_tables({"profiles": results})))
    print(f"Written to {write('profiles', results)}")


def _chosen(edition: Edition, readers: int) -> dict[str, Any]:
    """What choosing costs, scaled to a million readers, and the memory of this process."""
    loaded, before = LoadedEdition(edition), reset_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    explored = 0
    for first in range(1, readers + 1, _CLAIM):
        claim = recipients(range(first, min(first + _CLAIM, readers + 1))).values()
        profiles = (one.interests.profile for one in claim)
        loaded.learn(set().union(*(papers_of(one) for one in profiles if one)))
        for one in claim:
            selection = loaded.select(one.interests, (), one.language, reader=one.id)
            explored += selection.explored is not None
    scale = 1_000_000 / readers
    return {
        "cpu_1m_seconds": (time.process_time() - cpu) * scale,
        "wall_1m_seconds": (time.perf_counter() - wall) * scale,
        "megabytes": peak_megabytes(),
        "more_megabytes": peak_megabytes() - before,
        "explored": explored,
    }


def make_profiles() -> None:
    """Profiles of a tenth of the subscribers, of the papers that are in no edition."""
    old = Paper.objects.filter(listed_on=_LONG_AGO).aggregate(first=Min("pk"), last=Max("pk"))
    values = {**old, "day": int(time.time() // 86_400)}
    with connection.cursor() as cursor:
        cursor.execute(_PROFILES, values)
        cursor.execute("ANALYZE subscribers_readerprofile, papers_papervector")


def make_vectors(more: int) -> None:
    """So many older papers, and vectors of all: a field's direction and words, with noise."""
    random = np.random.default_rng(_SEED)
    made = list(texts(PAPERS + more))
    Paper.objects.bulk_create(
        Paper(title=text.title, title_key=f"old {number}", listed_on=_LONG_AGO)
        for number, text in enumerate(made[PAPERS:])
    )
    ids = Paper.objects.order_by("pk").values_list("pk", flat=True)
    centres = random.normal(size=(_FIELDS, DIMENSIONS)).astype(np.float32)
    now = timezone.now()
    PaperVector.objects.bulk_create(
        PaperVector(
            paper_id=paper,
            model="bench",
            dense=_dense(centres[random.integers(_FIELDS)], random),
            terms=pack_terms(Counter(f"{text.title} {text.summary}".split())),
            made_at=now,
        )
        for paper, text in zip(list(ids), made, strict=True)
    )


def _dense(centre: NDArray[np.float32], random: np.random.Generator) -> bytes:
    return pack_dense(centre + random.normal(size=DIMENSIONS).astype(np.float32))


if __name__ == "__main__":
    main(is_quick())
