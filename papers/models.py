"""The tables of papers: papers, topics, signals, payloads, trends, search entries and jobs."""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.urls import reverse


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

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60, unique=True)
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


class ListedPaperManager(models.Manager["Paper"]):
    """The papers that lists may show: all but the withdrawn ones.

    Every list, feed, search, score and edition starts from it, so no withdrawn paper appears
    in any of them. Only a paper's own page and the admin read `Paper.objects`.
    """

    def get_queryset(self) -> QuerySet[Paper]:
        return super().get_queryset().filter(is_withdrawn=False)


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
    summary = models.TextField(blank=True)
    categories = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    published_on = models.DateField(null=True, blank=True)
    listed_on = models.DateField(
        help_text="The first day on which a list showed the paper. Its age counts from this day."
    )
    code_url = models.URLField(max_length=500, blank=True)
    project_url = models.URLField(max_length=500, blank=True)
    arxiv_asked_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When its metadata was last requested from arXiv.",
    )
    is_withdrawn = models.BooleanField(
        default=False, help_text="Withdrawn by its authors or by arXiv: no list shows it."
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
        ordering: ClassVar = ["-listed_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["title_key"],
                condition=Q(arxiv_id__isnull=True),
                name="paper_without_arxiv_id_unique_title",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["-listed_on", "id"], name="paper_listed_on"),
            GinIndex(fields=["search"], name="paper_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("papers:paper", args=[self.pk])

    @property
    def arxiv_url(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv_id}" if self.arxiv_id else ""


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


class Signal(models.Model):
    """One number about a paper as read at one time. Rows are only added: a time series."""

    class Kind(models.TextChoices):
        UPVOTES = "upvotes", "upvotes"
        STARS = "stars", "stars"
        COMMENTS = "comments", "comments"
        CITATIONS = "citations", "citations"
        ARTEFACTS = "artefacts", "linked models, datasets and spaces"
        POSITION = "position", "position in a listing"
        VOTES = "votes", "votes of our readers"
        CLICKS = "clicks", "clicks in our digests"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="signals")
    source = models.CharField(max_length=30)
    kind = models.CharField(max_length=12, choices=Kind)
    read_at = models.DateTimeField(db_index=True)
    value = models.FloatField()

    class Meta:
        ordering: ClassVar = ["-read_at"]
        constraints: ClassVar = [
            # Its index also gives the reads of one paper in order of time.
            models.UniqueConstraint(
                fields=["paper", "kind", "source", "read_at"], name="signal_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value:g}"


# The person who submitted a paper to a list of Hugging Face. The payload of a list and that of
# a paper's own page name that person under different keys.
SUBMITTER: Final = Coalesce(
    KT("payload__submittedBy__name"), KT("payload__paper__submittedOnDailyBy__user")
)


class RawRecord(models.Model):
    """A payload about one paper as a source returned it, stored once per distinct content."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="raw_records")
    source = models.CharField(max_length=30)
    day = models.DateField()
    payload_hash = models.CharField(max_length=64, help_text="SHA-256 of the payload.")
    payload = models.JSONField()
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-stored_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["paper", "source", "day", "payload_hash"], name="raw_record_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(SUBMITTER, condition=Q(source="hugging_face"), name="raw_record_submitter")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.day}"


class Trend(models.Model):
    """How strongly a paper trends in the window that ends with `day`, and why."""

    class Span(models.TextChoices):
        DAY = "day", "day"
        WEEK = "week", "week"
        MONTH = "month", "month"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="trends")
    window = models.CharField(max_length=5, choices=Span)
    day = models.DateField()
    value = models.FloatField()
    components = models.JSONField(help_text="The parts of the value, by signal.")
    version = models.CharField(max_length=20, help_text="Of the formula and its weights.")
    scored_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-day", "window", "-value", "paper_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paper", "window", "day"], name="trend_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["window", "day", "-value", "paper"], name="trend_ranking")
        ]

    def __str__(self) -> str:
        return f"{self.value:.2f} in the {self.window} of {self.day}"


class SearchEntry(models.Model):
    """The searchable words of a paper. Only database triggers write it, after each change.

    The row is narrow, so that the many rows that match a common word are read quickly. A withdrawn
    paper has no row: the triggers hold the same rule as `Paper.listed`.
    """

    paper = models.OneToOneField(
        Paper, on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    words = SearchVectorField(help_text="Title over abstract over authors, without accents.")
    listed_on = models.DateField()
    has_code = models.BooleanField()
    prominence = models.FloatField(default=0, help_text="The newest trend; 0 before the first.")
    trend_day = models.DateField(null=True, blank=True, help_text="The last day of that trend.")
    trend_days = models.PositiveSmallIntegerField(default=0, help_text="The length of its window.")

    class Meta:
        verbose_name_plural = "search entries"
        indexes: ClassVar = [
            # A pending list makes an ingest four times as fast. Every search reads that list
            # from end to end, so it is kept short (in kB).
            GinIndex(fields=["words"], name="search_entry_words", gin_pending_list_limit=512)
        ]

    def __str__(self) -> str:
        return f"words of paper {self.paper_id}"


class SearchWord(models.Model):
    """A word of titles, abstracts or names, for the suggestion after a typing slip."""

    word = models.TextField(primary_key=True, help_text="In lower case, without accents.")
    papers = models.PositiveIntegerField(help_text="Papers that had it when they were stored.")
    trigrams = ArrayField(models.TextField())
    last_paper = models.BigIntegerField(help_text="The last paper that was counted for it.")

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["trigrams"], name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word


class Job(models.Model):
    """The state of one job of the timetable: next run, lease of the present run, last result."""

    name = models.CharField(max_length=40, unique=True)
    source = models.CharField(
        max_length=30,
        blank=True,
        help_text="The source that it reads; empty for our own tables.",
    )
    next_run_at = models.DateTimeField()
    lease_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A run holds the job until then, unless it was killed.",
    )
    fence = models.UUIDField(null=True, editable=False)
    is_by_hand = models.BooleanField(
        default=False, help_text="An operator started the present run, outside the timetable."
    )
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row, since the last success.")

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["next_run_at"], name="job_due")]

    def __str__(self) -> str:
        return self.name


class JobStep(models.Model):
    """The record of one step of one run of a job. Stored for `RUN_RETENTION_DAYS`."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        LOST = "lost", "lost"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    source = models.CharField(max_length=30, blank=True)
    day = models.DateField(null=True, blank=True, help_text="The day of the list that was read.")
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    is_permanent = models.BooleanField(
        default=False, help_text="A repeat would fail in the same way: an operator must act."
    )

    class Meta:
        ordering: ClassVar = ["-started_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["job", "day"], name="run_of_day"),
            models.Index(fields=["started_at"], name="run_started"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"
