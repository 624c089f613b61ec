"""Requests a second of the site's pages among 100,000 papers: kept and rendered, and their sizes.

Then searches and sign-ups at a fixed rate, since those are made for each visitor.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Final
from urllib.parse import urlencode

from bench.database import empty_database, run, scalar
from bench.measuring import is_quick
from bench.result_files import write
from bench.search import TOPICS
from bench.synthetic_papers import DAY, fill, word
from bench.web_site import Latencies, Rate, Site, at_rate, needs_wrk, serving
from papers.models import Topic
from papers.ranking.score import score
from papers.windows import WINDOWS, closes_at

_DAYS: Final = 3 * 365
_SEARCHES: Final = 50  # a second
_WARM_UP: Final = 10  # searches a second, and seconds, before they are measured
_NOT_MEASURED: Final = 1_000_000  # the first number of others
_SIGN_UPS: Final = 100
_BR: Final = {"Accept-Encoding": "br"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def main(quick: bool) -> None:
    needs_wrk()
    papers, seconds, minute = (3_000, 2, 5) if quick else (100_000, 6, 60)
    with empty_database():
        start = time.perf_counter()
        _fill(papers)
        print(f"{papers:,} papers made in {time.perf_counter() - start:.0f} s")
        found = _measure(seconds, minute)
    print(f"Written to {write('pages', {'quick': quick, 'papers': papers, **found})}")


def _fill(papers: int) -> None:
    """Papers of three years, about ninety a day, with topics; the newest lists have trends."""
    fill(papers, days=_DAYS)
    run(TOPICS)
    for window in WINDOWS:
        score(window, DAY, closes_at(DAY) + timedelta(hours=1))
    run("VACUUM ANALYZE")


def _measure(seconds: int, minute: int) -> dict[str, Any]:
    topic = Topic.objects.order_by("position").values_list("slug", flat=True)[0]
    pages = {"front page": "/", "topic page": f"/topics/{topic}/", "a paper": "/papers/2401.00007"}
    with serving() as site:
        kept = [_row(name, "kept", site, path, seconds) for name, path in pages.items()]
        tag = site.get("/", **_BR).getheader("ETag") or ""
        kept.append(_row("front page", "304", site, "/", seconds, If_None_Match=tag))
        kept.append(_row("front page", "kept, not compressed", site, "/", seconds, br=False))
        sizes = {name: len(site.get(path, **_BR).read()) / 1000 for name, path in pages.items()}
    with serving(PAGE_CACHE_MB="0") as site:
        rendered = [_row(name, "rendered", site, path, seconds) for name, path in pages.items()]
    with serving() as site:
        at_rate(site.port, _WARM_UP, _WARM_UP, _other_search)  # as of a service that runs already
        before = site.cpu_seconds()
        searches = at_rate(site.port, _SEARCHES, minute // 2, _search)
        search_cpu = (site.cpu_seconds() - before) / searches.requests * 1000
        _print(f"search, {search_cpu:.1f} ms CPU", searches)
        sign_ups = at_rate(site.port, _SIGN_UPS, minute, _sign_up)
        _print("sign-up", sign_ups)
    stored = int(scalar("SELECT count(*) FROM subscribers_transactionalmail"))
    return {
        "rows": [*kept, *rendered],
        "kilobytes": sizes,
        "largest_kb": max(sizes.values()),
        "front_kept": kept[0]["per_second"],
        "topic_kept": kept[1]["per_second"],
        "front_rendered": rendered[0]["per_second"],
        "front_cpu_ms": rendered[0]["cpu_ms"],
        "search": {**searches.as_json(), "cpu_ms": search_cpu},
        "sign_up": {**sign_ups.as_json(), "stored": stored, "lost": sign_ups.requests - stored},
    }


def _row(
    page: str, way: str, site: Site, path: str, seconds: int, *, br: bool = True, **headers: str
) -> dict[str, Any]:
    sent = {"Accept_Encoding": "br"} | headers if br else headers
    rate: Rate = site.wrk(path, seconds, **sent)
    row = {"page": page, "way": way, **asdict(rate)}
    figures = f"{rate.per_second:>8,.0f}/s   p99 {rate.p99_ms:,.0f} ms   {rate.cpu_ms:.2f} ms CPU"
    print(f"{page:<12}{way:<24}{figures}", flush=True)
    return row


def _print(name: str, found: Latencies) -> None:
    figures = f"p50 {found.p50_ms:,.0f} ms   p99 {found.p99_ms:,.0f} ms   {found.failed} failed"
    print(f"{name:<36}{found.requests:>8,}     {figures}", flush=True)


def _other_search(peer: HTTPConnection, number: int) -> HTTPResponse:
    """A search that is not among those that are measured."""
    return _search(peer, _NOT_MEASURED + number)


def _search(peer: HTTPConnection, number: int) -> HTTPResponse:
    """A search as readers make it: one in five is an earlier one again, or its second page."""
    random_of = random.Random(number)  # noqa: S311 (the same searches each time)
    asked = random_of.randrange(number) if number and random_of.random() < 0.2 else number
    params = _query(asked)
    if asked != number and asked % 2 == 0:  # of one word: its second page is always there
        params["page"] = "2"
    peer.request("GET", f"/search/?{urlencode(params)}", headers=_BR)
    return peer.getresponse()


def _query(number: int) -> dict[str, str]:
    """One or two words, common ones more often, by Zipf's law; one query in ten has a filter."""
    random_of = random.Random(-number - 1)  # noqa: S311
    words = [word(int(20 * 100 ** random_of.random())) for _ in range(2)]
    code = {"code": "on"} if number % 10 == 7 else {}
    return {"q": " ".join(words[: 1 + number % 2]), **code}


def _sign_up(peer: HTTPConnection, number: int) -> HTTPResponse:
    """An address that never signed up, out of a network of its own."""
    network = f"10.{number >> 12}.{number >> 4 & 255}.{number & 15}"
    headers: Mapping[str, str] = {**_FORM, "X-Forwarded-For": network}
    peer.request("POST", "/subscribe/", urlencode({"email": f"reader{number}@x.example"}), headers)
    return peer.getresponse()


if __name__ == "__main__":
    main(is_quick())
