"""No place where papers come out shows a withdrawn paper: pages, feeds, search, API, editions.

The withdrawn paper has the strongest signals, the same topic and the same words as the other one:
a query without the rule would return it first.
"""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client

from newsletter.editions.compose import compose
from newsletter.models import Candidate
from papers.models import Paper, Trend
from papers.ranking.score import score
from papers.windows import WINDOWS, Window
from tests.factories import DAY, NOON, make_paper, make_paper_topic, make_signal, make_topic

pytestmark = pytest.mark.django_db
NEXT_DAY = NOON.replace(day=15)
SHOWN, WITHDRAWN = "On walruses that swim", "On walruses that fly"
PLACES = {
    "front page": "/",
    "newest list": "/day/",
    "list of a day": "/day/2025-03-14/",
    "list of a week": "/week/2025-03-14/",
    "list of a month": "/month/2025-03-14/",
    "topic": "/topics/walruses/",
    "topic in a window": "/topics/walruses/month/2025-03-14/",
    "search": "/search/?q=walruses",
    "search in a topic": "/search/?q=walruses&topic=walruses",
    "feed": "/feeds/papers.atom",
    "feed of a topic": "/feeds/topics/walruses.atom",
    "feed of editions": "/feeds/editions/daily.atom",
    "API: newest": "/api/daily_papers",
    "API: trending": "/api/daily_papers?date=2025-03-14&sort=trending",
    "API: topic": "/api/daily_papers?topic=walruses",
    "API: search": "/api/papers/search?q=walruses",
    "API: newest by search": "/api/papers/search",
    "API: edition": "/api/editions/daily/2025-03-14",
}


@pytest.fixture(autouse=True)
def withdrawn() -> Paper:
    """Two papers that were scored together, of which the stronger one was withdrawn then."""
    topic = make_topic("Walruses", slug="walruses")
    shown, withdrawn = make_paper(SHOWN), make_paper(WITHDRAWN)
    for paper, votes in ((shown, 5), (withdrawn, 500)):
        make_paper_topic(paper, topic)
        make_signal(paper, votes)
    for window in WINDOWS:
        score(window, DAY, NEXT_DAY)
    Paper.objects.filter(pk=withdrawn.pk).update(is_withdrawn=True)
    return withdrawn


@pytest.mark.parametrize("url", PLACES.values(), ids=PLACES.keys())
@time_machine.travel(NEXT_DAY, tick=False)
def test_a_withdrawn_paper_is_shown_in_no_place(client: Client, url: str) -> None:
    compose("daily", DAY, NEXT_DAY)
    answer = client.get(url)
    assert answer.status_code == 200
    page = answer.content.decode().replace("<mark>", "").replace("</mark>", "")
    assert SHOWN in page
    assert WITHDRAWN not in page


@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
def test_an_edition_has_no_withdrawn_candidate(cadence: str) -> None:
    edition = compose(cadence, DAY, NEXT_DAY)
    candidates = Candidate.objects.filter(edition=edition).values_list("paper__title", "position")
    assert list(candidates) == [(SHOWN, 1)]


@pytest.mark.parametrize("window", WINDOWS)
def test_the_next_score_removes_the_trend_of_a_withdrawn_paper(window: Window) -> None:
    assert Trend.objects.filter(window=window, day=DAY).count() == 2
    assert score(window, DAY, NEXT_DAY) == 1
    titles = Trend.objects.filter(window=window, day=DAY).values_list("paper__title", flat=True)
    assert list(titles) == [SHOWN]


@time_machine.travel(NEXT_DAY, tick=False)
@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("/papers/{0.pk}/", "<b>Withdrawn on 15 March 2025</b>"),
        ("/papers/{0.pk}/", '<meta name="robots" content="noindex">'),
        ("/api/papers/{0.arxiv_id}", '"withdrawnAt": "2025-03-15T00:00:00.000Z"'),
        ("/papers/{0.arxiv_id}.md", "**Withdrawn on 15 March 2025.**"),
        ("/search/?q={0.arxiv_id}", "<b>Withdrawn on 15 March 2025</b>"),
    ],
)
def test_its_own_page_and_its_api_entry_stay_and_say_so(
    client: Client, withdrawn: Paper, url: str, mark: str
) -> None:
    """Links to them are in mails and in other people's pages."""
    Paper.objects.filter(pk=withdrawn.pk).update(withdrawn_on=NEXT_DAY.date())
    answer = client.get(url.format(withdrawn), follow=True)
    assert answer.status_code == 200
    assert WITHDRAWN in answer.content.decode()
    assert mark in answer.content.decode()
    Paper.objects.filter(pk=withdrawn.pk).update(withdrawn_on=None, is_withdrawn=False)
    assert mark not in client.get(url.format(withdrawn), follow=True).content.decode()


@time_machine.travel(NEXT_DAY, tick=False)
def test_it_has_no_place_in_any_list(client: Client, withdrawn: Paper) -> None:
    address = f"/api/papers/{withdrawn.arxiv_id}/trend"
    assert client.get(address).json()["trends"] == []
    Paper.objects.update(is_withdrawn=False)
    assert len(client.get(address).json()["trends"]) == 3
