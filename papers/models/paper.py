"""Papers, the lists that show them, topics, and the curators of the front page."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Of one day's papers those that were read last come first, in the order of their list.
NEWEST_FIRST: Final = ["-listed_on", "-listed_at", "id"]


class Curator(models.Model):
    """A person named in the byline of the front page and of every digest."""

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Lower comes first.")
    is_sample = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A saved search: a paper has the topic when its categories or its words match."""

    class Family(models.TextChoices):
        """The groups in which pages show topics, in this order."""

        LANGUAGE = "language", _("Language and agents")
        PERCEPTION = "perception", _("Images, video and sound")
        METHODS = "methods", _("Learning methods")
        SYSTEMS = "systems", _("Robots, systems and data")
        SOCIETY = "society", _("Science and society")

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60, unique=True)
    family = models.CharField(
        max_length=10,
        choices=Family,
        blank=True,
        db_default="",
        help_text="The group in which pages show it; empty: after all groups.",
    )
    description = models.CharField(max_length=200, blank=True)
    categories = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text="arXiv categories that give this topic by themselves, for example cs.RO.",
    )
    query = models.TextField(
        blank=True,
        help_text=(
            'Words in web-search syntax: "exact phrase", or, -not. One alternative in the title '
            "gives the topic, and so do two different ones in the abstract."
        ),
    )
    title_query = models.TextField(
        blank=True,
        help_text="The same, for words that count only in a title: any abstract may use them.",
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Lower comes first.")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=4096)  # a page has the addresses of dozens of papers, and each takes a while
def _path_of(name: str) -> str:
    return reverse("papers:paper", args=[name])


class ListedPaperManager(models.Manager["Paper"]):
    """The papers that lists may show: all but the withdrawn and the unlisted ones.

    Every list, feed, search, score and edition starts from it, so no other paper appears
    in any of them. Only a paper's own page and the admin read `Paper.objects`.
    """

    def get_queryset(self) -> QuerySet[Paper]:
        return super().get_queryset().filter(is_withdrawn=False, is_unlisted=False)


class Paper(models.Model):
    """A paper, identified by its arXiv id or, without one, by its normalised title.

    `Paper.objects` has all rows. `Paper.listed` has those that lists may show.
    """

    arxiv_id = models.CharField(
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})$")],
        help_text="Without a version: 1706.03762, not 1706.03762v5.",
    )
    title = models.TextField()
    title_key = models.TextField(
        editable=False,
        db_index=True,
        help_text="The normalised title: the key of a paper without an arXiv id.",
    )
    authors = models.JSONField(default=list, blank=True, help_text="Full names, in order.")
    organization = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Of its authors, as a source names it; at most one.",
    )
    organization_url = models.URLField(max_length=500, blank=True, default="", db_default="")
    summary = models.TextField(blank=True, help_text="The abstract.")
    short_summary = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="One sentence on the paper that a model wrote.",
    )
    short_summary_source = models.CharField(
        max_length=30,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The source of the short summary, whose name stands beside it.",
    )
    categories = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    published_on = models.DateField(null=True, blank=True)
    listed_on = models.DateField(
        help_text=(
            "The first day whose list shows the paper; until a list does, the day of its "
            "announcement. Its age counts from this day."
        )
    )
    listed_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="When we first read it there: of one day's papers the last read come first.",
    )
    is_unlisted = models.BooleanField(
        "unlisted",
        default=False,
        db_default=False,
        editable=False,
        help_text="Only a reader named it. The first list or announcement with it ends that.",
    )
    code_url = models.URLField(max_length=500, blank=True)
    project_url = models.URLField(max_length=500, blank=True)
    arxiv_asked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When its metadata was last requested from arXiv.",
    )
    arxiv_version = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="The newest version whose comment or notice was read.",
    )
    is_withdrawn = models.BooleanField(
        "withdrawn", default=False, help_text="By its authors or by arXiv: no list shows it."
    )
    withdrawn_on = models.DateField(
        null=True, blank=True, editable=False, help_text="The day of the withdrawal."
    )
    withdrawn_by = models.CharField(
        max_length=30,
        blank=True,
        editable=False,
        help_text="The source that marked it, which may bring it back; empty for an operator.",
    )
    restored_on = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="The day on which it was brought back: what is withdrawn earlier is over.",
    )
    is_sample = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    topics: models.ManyToManyField[Topic, PaperTopic] = models.ManyToManyField(
        Topic, through="PaperTopic", related_name="papers"
    )
    search = models.GeneratedField(
        # Title over abstract. Without authors: their names would match words of topics.
        expression=(
            SearchVector("title", weight="A", config="english")
            + SearchVector("summary", weight="B", config="english")
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    # The first manager is the default one: it reads all rows, for foreign keys and the admin.
    objects: ClassVar[models.Manager[Paper]] = models.Manager()
    listed: ClassVar[models.Manager[Paper]] = ListedPaperManager()

    class Meta:
        ordering: ClassVar = NEWEST_FIRST
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["title_key"],
                condition=Q(arxiv_id__isnull=True),
                name="paper_without_arxiv_id_unique_title",
            ),
            models.CheckConstraint(
                condition=Q(is_withdrawn=True) | Q(withdrawn_on=None, withdrawn_by=""),
                name="paper_facts_of_withdrawal",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=NEWEST_FIRST, name="paper_newest"),
            GinIndex(fields=["search"], name="paper_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return _path_of(self.arxiv_id or str(self.pk))

    @property
    def withdrawal_day(self) -> date | None:
        """When it was withdrawn; None while it lives.

        A row that was marked by hand in the database has no day: that of its last change counts.
        """
        if not self.is_withdrawn:
            return None
        return self.withdrawn_on or self.updated_at.date()

    @property
    def arxiv_url(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv_id}" if self.arxiv_id else ""


class Listing(models.Model):
    """A day whose list, at one source, shows the paper. A paper may be on the lists of many days.

    An announcement is no listing: it only says that a paper exists. A paper without a listing
    belongs to `Paper.listed_on`, the day of its announcement; one with listings to their days.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="listings")
    source = models.CharField(max_length=30)
    day = models.DateField()
    read_at = models.DateTimeField(help_text="When the list was first read with this paper.")

    class Meta:
        ordering: ClassVar = ["-day", "-read_at", "paper_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "source", "day"], name="listing_once")
        ]
        indexes: ClassVar = [models.Index(fields=["day", "paper"], name="listing_of_day")]

    def __str__(self) -> str:
        return f"{self.source} {self.day}"


class PaperTopic(models.Model):
    """A topic of a paper, and how strongly the paper belongs to it: 0 < weight <= 1."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="topic_links")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="paper_links")
    weight = models.FloatField()

    class Meta:
        ordering: ClassVar = ["-weight", "topic_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "topic"], name="paper_topic_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.weight:.2f}"
