"""The topics that a new installation starts with."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from django.apps import apps

from papers.catalogue.classify import alternatives
from papers.catalogue.topic_seeds import SEEDS, any_of
from papers.models import Topic

SLUGS = [
    "language-models",
    "agents",
    "multimodal",
    "image-generation",
    "computer-vision",
    "video",
    "3d-vision",
    "speech-audio",
    "nlp",
    "information-retrieval",
    "code",
    "reinforcement-learning",
    "robotics",
    "efficient-ml",
    "architectures",
    "interpretability",
    "theory",
    "safety-alignment",
    "data-benchmarks",
    "health-biology",
    "science-engineering",
    "graphs",
    "time-series",
    "compression",
    "systems-hardware",
    "security-privacy",
]
seed = importlib.import_module("papers.migrations.0003_seed_topics").seed


@pytest.mark.django_db
def test_a_new_installation_has_the_twenty_six_topics_in_order() -> None:
    assert list(Topic.objects.values_list("slug", flat=True)) == SLUGS


@pytest.mark.django_db
def test_each_topic_has_a_name_a_description_and_words() -> None:
    for topic in Topic.objects.all():
        assert topic.name
        assert topic.description.endswith(".")
        assert topic.query


@pytest.mark.django_db
def test_seeding_again_keeps_the_changes_of_an_operator() -> None:
    Topic.objects.filter(slug="video").update(name="Films", query="film")
    Topic.objects.filter(slug="graphs").delete()

    seed(apps, None)

    assert Topic.objects.get(slug="video").query == "film"
    assert Topic.objects.filter(slug="graphs").exists()
    assert Topic.objects.count() == len(SLUGS)


def test_no_topic_lists_a_word_twice() -> None:
    for topic in SEEDS:
        words = [*alternatives(topic.query), *alternatives(topic.title_query)]
        twice = {word for word in words if words.count(word) > 1}
        assert not twice, f"{topic.slug} repeats {twice}"


def test_no_query_holds_the_name_of_a_paper(shared: Path) -> None:
    titles = [
        paper["title"].lower()
        for paper in json.loads((shared / "data" / "seed_papers.json").read_text())
    ]
    terms = [
        term.strip('"')
        for topic in SEEDS
        for term in [*alternatives(topic.query), *alternatives(topic.title_query)]
    ]
    for title in titles:
        assert title not in terms
        name = title.split(":")[0]
        assert name not in terms, f"{name} is the name of one paper"


def test_words_become_a_query_that_quotes_phrases() -> None:
    assert (
        any_of("heron,\n barn  owl, crane -harbour,\n") == 'heron or "barn owl" or crane -harbour'
    )
    assert any_of("") == ""
