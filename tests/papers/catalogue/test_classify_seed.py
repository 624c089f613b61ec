"""The fifty papers of the seed page, read one by one, beside the topics that they are given.

RIGHT holds every topic that an expert would accept for a paper, the first one being the best.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from papers.catalogue.classify import MOST_TOPICS, classify
from papers.models import Paper
from papers.sources import listing
from tests.factories import DAY, make_paper

RIGHT = {
    "1611.08669": "multimodal nlp computer-vision data-benchmarks",
    "1910.03177": "nlp",
    "2406.09490": "data-benchmarks nlp",
    "1903.12248": "speech-audio health-biology",
    "2203.10977": "health-biology computer-vision graphs",
    "1910.09399": "image-generation multimodal computer-vision",
    "2304.02633": "video compression computer-vision",
    "2111.11632": "compression",
    "2402.18305": "video compression",
    "1710.04806": "interpretability architectures",
    "2310.17230": "interpretability language-models architectures",
    "2207.11240": "architectures",
    "2003.05586": "computer-vision architectures",
    "2101.05490": "theory interpretability architectures",
    "2202.03026": "computer-vision architectures",
    "2110.06063": "health-biology computer-vision architectures",
    "2310.19809": "science-engineering architectures theory",
    "2306.11305": "video compression computer-vision architectures",
    "1506.03134": "architectures",
    "2406.11944": "interpretability language-models",
    "2110.03183": "speech-audio architectures",
    "2212.14593": "video compression",
    "2108.11898": "compression systems-hardware efficient-ml computer-vision",
    "2312.17279": "speech-audio efficient-ml",
    "2106.01263": "nlp efficient-ml information-retrieval",
    "2405.12522": "interpretability language-models",
    "2305.02309": "code language-models",
    "2401.07957": "compression speech-audio computer-vision data-benchmarks",
    "2403.00784": "information-retrieval nlp language-models",
    "2311.13110": "architectures theory interpretability",
    "2404.15244": "computer-vision efficient-ml architectures",
    "2309.00454": "speech-audio multimodal efficient-ml nlp",
    "2402.04882": "architectures efficient-ml systems-hardware speech-audio",
    "2501.16273": "language-models efficient-ml architectures systems-hardware",
    "2211.15661": "theory language-models interpretability",
    "2410.20035": "architectures theory",
    "2406.15941": "theory architectures",
    "2103.13630": "efficient-ml systems-hardware",
    "2203.03850": "code language-models",
    "2109.07740": "nlp theory language-models",
    "1709.06030": "efficient-ml reinforcement-learning",
    "2305.15391": "image-generation multimodal computer-vision",
    "1706.06978": "information-retrieval",
    "2103.00112": "computer-vision architectures",
    "2201.03327": "efficient-ml nlp language-models architectures",
    "2410.12360": "time-series theory",
    "1511.06807": "theory architectures",
    "2402.05424": "architectures",
    "2211.13956": "speech-audio architectures",
    "2412.09405": "compression efficient-ml computer-vision speech-audio",
}


def classified(shared: Path) -> dict[str, list[str]]:
    """The topics of each seed paper by arXiv id, from its title and abstract alone."""
    ids = {
        fact["title"]: fact["arxiv_id"]
        for fact in json.loads((shared / "data" / "seed_papers.json").read_text())
    }
    for paper in listing.parse((shared / "data" / "seed_page.txt").read_text(), DAY):
        make_paper(paper.title, arxiv_id=ids[paper.title], summary=paper.summary)
    classify()
    return {
        paper.arxiv_id or "": [link.topic.slug for link in paper.topic_links.all()]
        for paper in Paper.objects.prefetch_related("topic_links__topic")
    }


@pytest.mark.django_db
def test_the_seed_papers_get_right_topics(shared: Path) -> None:
    given = classified(shared)
    assert len(given) == 50
    assert all(1 <= len(topics) <= MOST_TOPICS for topics in given.values())

    right = {
        paper: [slug for slug in topics if slug in RIGHT[paper].split()]
        for paper, topics in given.items()
    }
    assert sum(1 for topics in right.values() if topics) >= 48
    all_given = sum(len(topics) for topics in given.values())
    assert sum(len(topics) for topics in right.values()) / all_given >= 0.9
