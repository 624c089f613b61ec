"""manage.py classify: give papers their topics, and print a summary."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Avg, Count, Q

from papers.catalogue.classify import classify
from papers.models import Paper, Topic
from papers.queries import topics_by_weight


class Command(BaseCommand):
    help = "Give papers the topics that they match, after papers or topics have changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="every paper; without it only those that have no topic yet",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="classify every paper and print one line of JSON for each",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        everything = options["all"] or options["json"]
        classified = classify(None if everything else _without_topic())
        if options["json"]:
            for line in _json_lines():
                self.stdout.write(line)
            return
        self.stdout.write(f"{classified} papers classified.")
        for line in _table():
            self.stdout.write(line)


def _without_topic() -> list[int]:
    return list(Paper.objects.filter(topic_links__isnull=True).values_list("pk", flat=True))


def _json_lines() -> Iterator[str]:
    papers = Paper.objects.order_by("pk").defer("search").prefetch_related(topics_by_weight())
    for paper in papers.iterator(chunk_size=2_000):
        topics = [
            {"slug": link.topic.slug, "weight": link.weight} for link in paper.topic_links.all()
        ]
        yield json.dumps(
            {"title": paper.title, "arxiv_id": paper.arxiv_id, "topics": topics},
            ensure_ascii=False,
        )


def _table() -> Iterator[str]:
    topics = Topic.objects.filter(is_active=True).annotate(
        papers_count=Count("paper_links"), mean=Avg("paper_links__weight")
    )
    for topic in topics:
        yield f"{topic.slug:<24}{topic.papers_count:>8}  mean weight {topic.mean or 0:.2f}"
    none = Paper.objects.aggregate(none=Count("pk", filter=Q(topic_links__isnull=True)))["none"]
    yield f"{'without a topic':<24}{none:>8}"
