"""manage.py classify, as an operator types it."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from papers.models import PaperTopic, Topic
from tests.factories import make_paper, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_seeded_topics() -> None:
    Topic.objects.all().delete()


def make_birds() -> Topic:
    return make_topic("Birds", slug="birds", query="heron")


def test_json_prints_one_object_for_each_paper() -> None:
    make_birds()
    make_paper("Ein Reiher: the heron", arxiv_id="2503.00001")
    make_paper("Nothing of the kind", arxiv_id=None)
    out = StringIO()
    call_command("classify", "--json", stdout=out)

    first, second = [json.loads(line) for line in out.getvalue().splitlines()]
    assert first["title"] == "Ein Reiher: the heron"
    assert first["arxiv_id"] == "2503.00001"
    assert [topic["slug"] for topic in first["topics"]] == ["birds"]
    assert 0 < first["topics"][0]["weight"] <= 1
    assert second == {"title": "Nothing of the kind", "arxiv_id": None, "topics": []}


def test_it_prints_how_many_papers_each_topic_has() -> None:
    make_birds()
    make_paper("A heron")
    make_paper("Nothing of the kind")
    out = StringIO()
    call_command("classify", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == "2 papers classified."
    assert lines[1].split()[:2] == ["birds", "1"]
    assert lines[2].split() == ["without", "a", "topic", "1"]


def test_without_all_it_skips_papers_that_have_topics() -> None:
    birds = make_birds()
    make_paper("A heron")
    call_command("classify", stdout=StringIO())
    birds.query = "penguin"
    birds.save()
    out = StringIO()
    call_command("classify", stdout=out)
    assert out.getvalue().startswith("0 papers classified.")
    call_command("classify", "--all", stdout=out)
    assert not PaperTopic.objects.exists()
