"""Papers, topics and their rows in the admin."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from papers.models import (
    Curator,
    Listing,
    Paper,
    PaperTopic,
    RawRecord,
    SearchEntry,
    Signal,
    Topic,
    Trend,
)
from tests.factories import (
    DAY,
    NOON,
    make_paper,
    make_paper_topic,
    make_signal,
    make_topic,
)
from web.admin import row_url, rows_url

pytestmark = pytest.mark.django_db
RECLASSIFY = "admin:papers_topic_reclassify"


def found(client: Client, model: type[Any], words: str) -> set[int]:
    """The ids of the rows that a search shows."""
    response = client.get(rows_url(model, q=words))
    return {row.pk for row in response.context["cl"].result_list}


# ── the list of papers ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    ["2503.04321", "https://arxiv.org/abs/2503.04321", "arxiv.org/pdf/2503.04321.pdf", "2503.043"],
)
def test_a_paper_is_found_by_its_arxiv_id_or_link(admin_client: Client, words: str) -> None:
    wanted = make_paper(arxiv_id="2503.04321")
    make_paper(arxiv_id="2503.99999")
    assert found(admin_client, Paper, words) == {wanted.pk}


def test_a_paper_is_found_by_words_of_its_abstract(admin_client: Client) -> None:
    wanted = make_paper(summary="We quantise the weights of large networks.")
    make_paper(summary="We fold proteins.")
    assert found(admin_client, Paper, "quantised networks") == {wanted.pk}


def test_a_paper_is_found_by_a_part_of_its_title(admin_client: Client) -> None:
    wanted = make_paper("RoboGSim: a simulator")
    make_paper("Another")
    assert found(admin_client, Paper, "gsim") == {wanted.pk}


# The queries of each list, the same for any number of rows: session, user, count and rows; a
# filter's topics or sources; papers also the first and last day, the days, and their topics,
# upvotes, trends.
QUERIES: dict[type[Any], int] = {
    Curator: 4,
    Listing: 5,
    Paper: 10,
    PaperTopic: 5,
    RawRecord: 4,
    SearchEntry: 4,
    Signal: 4,
    Topic: 5,
    Trend: 4,
}


def make_rows(number: int) -> None:
    """So many rows of every model."""
    Topic.objects.all().delete()
    for _ in range(number):
        paper, topic = make_paper(), make_topic()
        make_paper_topic(paper, topic)
        make_signal(paper, 7)
        Trend.objects.create(
            paper=paper, window="week", day=DAY, value=1, components={}, scored_at=NOON
        )
        RawRecord.objects.create(paper=paper, source="x", day=DAY, payload_hash="0", payload={})
        Listing.objects.create(paper=paper, source="x", day=DAY, read_at=NOON)
        Curator.objects.create(name=f"Ada {paper.pk}")


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("model", QUERIES, ids=lambda model: model.__name__)
def test_a_list_takes_the_same_queries_for_any_number_of_rows(
    admin_client: Client, django_assert_num_queries: Any, model: type[Any], number: int
) -> None:
    make_rows(number)
    with django_assert_num_queries(QUERIES[model]):
        response = admin_client.get(rows_url(model))
    assert len(response.context["cl"].result_list) == number


def test_the_list_shows_the_newest_upvotes_and_the_topics_by_weight(admin_client: Client) -> None:
    paper = make_paper()
    make_signal(paper, 84, read_at=NOON)
    make_signal(paper, 12, read_at=NOON.replace(hour=1))
    make_paper_topic(paper, make_topic("Sound of speech"), 0.4)
    make_paper_topic(paper, make_topic("Robots at home"), 0.9)
    page = admin_client.get(rows_url(Paper)).content.decode()
    assert ">84<" in page
    assert ">12<" not in page
    assert "Robots at home, Sound of speech" in page


# ── a paper's own page ───────────────────────────────────────────────────────


def test_a_paper_shows_the_newest_read_of_each_signal(admin_client: Client) -> None:
    paper = make_paper()
    make_signal(paper, 84)
    make_signal(paper, 80, read_at=NOON.replace(hour=1))
    make_signal(paper, 1200, kind="stars", source="github")
    page = admin_client.get(row_url(paper)).content.decode()
    assert "<b>84</b>" in page
    assert "<b>1,200</b>" in page
    assert "<b>80</b>" not in page
    assert rows_url(Signal, paper__id__exact=paper.pk) in page


def test_the_title_of_a_paper_is_shown_as_text(admin_client: Client) -> None:
    paper = make_paper("<script>alert(1)</script> considered harmful")
    for url in (rows_url(Paper), row_url(paper)):
        assert "<script>alert(1)" not in admin_client.get(url).content.decode()


# ── withdrawal ───────────────────────────────────────────────────────────────


def save(client: Client, paper: Paper, **values: Any) -> Paper:
    """The paper after its form was saved."""
    form = {"summary": "", "code_url": "", "project_url": "", **values}
    inline = {"topic_links-TOTAL_FORMS": 0, "topic_links-INITIAL_FORMS": 0}
    assert client.post(row_url(paper), form | inline).status_code == 302
    return Paper.objects.get(pk=paper.pk)


def test_an_operator_withdraws_a_paper_and_brings_it_back(admin_client: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        gone = save(admin_client, make_paper(), is_withdrawn="on")
        assert (gone.is_withdrawn, gone.withdrawn_on, gone.withdrawn_by) == (True, DAY, "")
        back = save(admin_client, gone)
    assert (back.is_withdrawn, back.withdrawn_on, back.restored_on) == (False, None, DAY)


def test_saving_another_field_leaves_the_withdrawal_of_a_source(admin_client: Client) -> None:
    facts: dict[str, Any] = {"is_withdrawn": True, "withdrawn_on": DAY, "withdrawn_by": "arxiv"}
    paper = make_paper(**facts)
    saved = save(admin_client, paper, is_withdrawn="on", summary="New.")
    assert saved.summary == "New."
    assert (saved.withdrawn_on, saved.withdrawn_by) == (DAY, "arxiv")


# ── topics ───────────────────────────────────────────────────────────────────


def test_the_number_of_papers_of_a_topic_links_to_them(admin_client: Client) -> None:
    topic = make_topic()
    make_paper_topic(make_paper(), topic)
    make_paper_topic(make_paper(), topic)
    make_paper()
    url = rows_url(Paper, topics__id__exact=topic.pk)
    assert f'href="{url}">2<' in admin_client.get(rows_url(Topic)).content.decode()
    assert admin_client.get(url).context["cl"].result_count == 2


def test_the_dialog_to_reclassify_changes_nothing(admin_client: Client) -> None:
    topic = make_topic(query="robots")
    make_paper("Robots learn to walk")
    page = admin_client.get(reverse(RECLASSIFY)).content.decode()
    assert "Reclassify" in page
    assert not topic.papers.exists()


def test_a_summary_that_an_operator_writes_is_cleaned(admin_client: Client) -> None:
    paper = make_paper()
    fields = {"summary": "One\ue003.\r\n\r\nTwo &amp; three.", "code_url": "", "project_url": ""}
    inline = {f"topic_links-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    assert admin_client.post(row_url(paper), fields | inline).status_code == 302
    paper.refresh_from_db()
    assert paper.summary == "One.\n\nTwo & three."


def test_reclassifying_gives_papers_the_topics_they_match(admin_client: Client) -> None:
    topic = make_topic(query="robots")
    paper = make_paper("Robots learn to walk")
    answer = admin_client.post(reverse(RECLASSIFY), {"_form_submitted": "True"})
    assert answer.status_code == 302
    assert list(topic.papers.all()) == [paper]


def test_a_dialog_of_htmx_is_redirected_by_a_header(admin_client: Client) -> None:
    answer = admin_client.post(
        reverse(RECLASSIFY), {"_form_submitted": "True"}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"] == rows_url(Topic)


def test_reclassifying_needs_the_permission_to_change_topics(client: Client) -> None:
    topic = make_topic(query="robots")
    make_paper("Robots learn to walk")
    client.force_login(User.objects.create_user("staff", is_staff=True))
    answer = client.post(reverse(RECLASSIFY), {"_form_submitted": "True"})
    assert answer.status_code == 403
    assert not topic.papers.exists()


def test_a_topic_with_papers_cannot_be_deleted(admin_client: Client) -> None:
    topic = make_topic()
    make_paper_topic(make_paper(), topic)
    url = reverse("admin:papers_topic_delete", args=[topic.pk])
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert Topic.objects.filter(pk=topic.pk).exists()


def test_a_topic_without_papers_can_be_deleted(admin_client: Client) -> None:
    topic = make_topic()
    admin_client.post(reverse("admin:papers_topic_delete", args=[topic.pk]), {"post": "yes"})
    assert not Topic.objects.filter(pk=topic.pk).exists()
