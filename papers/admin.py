"""Papers in the admin, with their topics, signals, trends and payloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter

import papers.admin_jobs  # noqa: F401 (registers its pages)
from papers.catalogue.classify import classify
from papers.catalogue.withdraw import bring_back, withdraw
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
    WrittenSummary,
)
from papers.text.clean import fold_paragraphs
from web.admin import (
    BaseAdmin,
    M,
    ReadOnlyAdmin,
    ReadOnlyInline,
    back_to,
    confirm_action,
    linked,
    linked_count,
    moment,
    number,
    rows_url,
    short,
)


class TopicsInline(ReadOnlyInline[PaperTopic]):
    model = PaperTopic
    verbose_name_plural = "topics, as classified"
    fields = ("topic", "weight")


@admin.register(Paper)
class PaperAdmin(BaseAdmin[Paper]):
    list_display = (
        "short_title",
        "arxiv_id",
        "topic_names",
        "upvotes",
        "week_trend",
        moment("listed_on", "listed"),
    )
    list_filter = ("topics", ("listed_on", RangeDateFilter), "is_withdrawn", "is_sample")
    date_hierarchy = "listed_on"
    search_fields = ("title",)
    search_help_text = "Words, an arXiv id or its link"
    inlines = (TopicsInline,)
    # The sources would overwrite these fields at their next read.
    readonly_fields = (
        "title", "author_names", "arxiv", "published_on", "listed_on", "categories", "keywords",
        "latest_signals", "latest_trends", "short_summary", "short_summary_source", "organization",
        "organization_url", "withdrawn_on", "withdrawn_by", "restored_on",
        "created_at", "updated_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("title", "author_names", "arxiv", "summary")}),
        ("Links", {"fields": ("code_url", "project_url")}),
        (
            "Withdrawal",
            {
                "fields": ("is_withdrawn", ("withdrawn_on", "withdrawn_by", "restored_on")),
                "description": "What you change here, no source changes back.",
            },
        ),
        ("Now", {"fields": ("latest_signals", "latest_trends")}),
        (
            "From its sources",
            {
                "fields": (
                    "short_summary",
                    "short_summary_source",
                    ("organization", "organization_url"),
                    "categories",
                    "keywords",
                    ("published_on", "listed_on"),
                )
            },
        ),
        ("Row", {"fields": (("created_at", "updated_at"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # papers come from sources, together with their first signals

    def has_delete_permission(self, request: HttpRequest, obj: Paper | None = None) -> bool:
        return False  # editions and signals refer to their papers

    def get_queryset(self, request: HttpRequest) -> QuerySet[Paper]:
        # The search vector is large, and no page shows it.
        return super().get_queryset(request).defer("search")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Paper], search_term: str
    ) -> tuple[QuerySet[Paper], bool]:
        words = search_term.strip()
        return (queryset.filter(_matches(words)) if words else queryset), False

    def save_model(self, request: HttpRequest, obj: Paper, form: Any, change: bool) -> None:
        obj.summary = fold_paragraphs(obj.summary)  # as it would come from a source
        if "is_withdrawn" in form.changed_data:
            mark = withdraw if obj.is_withdrawn else bring_back
            mark(obj, timezone.now().date())
        super().save_model(request, obj, form, change)

    def annotate_page(self, rows: Sequence[Paper]) -> None:
        ids = [row.pk for row in rows]
        topics = _topics_of(ids)
        upvotes = dict(_latest_upvotes(ids))
        trends = dict(_latest_week_trends(ids))
        for row in rows:
            row.shown = (topics[row.pk], upvotes.get(row.pk), trends.get(row.pk))  # type: ignore[attr-defined]

    @admin.display(description="title", ordering="title")
    def short_title(self, paper: Paper) -> str:
        return Truncator(paper.title).chars(80)

    @admin.display(description="authors", empty_value="unknown")
    def author_names(self, paper: Paper) -> str | None:
        return ", ".join(paper.authors) or None

    @admin.display(description="arXiv", empty_value="none")
    def arxiv(self, paper: Paper) -> SafeString | None:
        return linked(paper.arxiv_url, paper.arxiv_id) if paper.arxiv_id else None

    @admin.display(description="topics", empty_value="none")
    def topic_names(self, paper: Any) -> str | None:
        return ", ".join(paper.shown[0]) or None

    @admin.display(description="upvotes")
    def upvotes(self, paper: Any) -> str | None:
        return None if paper.shown[1] is None else intcomma(int(paper.shown[1]))

    @admin.display(description="trend of the week")
    def week_trend(self, paper: Any) -> str | None:
        return None if paper.shown[2] is None else f"{paper.shown[2]:.2f}"

    @admin.display(description="signals")
    def latest_signals(self, paper: Paper) -> SafeString:
        newest = Signal.objects.filter(paper=paper).order_by("kind", "source", "-read_at")
        lines = [
            (
                signal.get_kind_display(),
                signal.source,
                f"{signal.value:,.10g}",
                short(signal.read_at),
            )
            for signal in newest.distinct("kind", "source")
        ]
        listed = format_html_join("", "<li>{} ({}): <b>{}</b>, read {} UTC</li>", lines)
        count = Signal.objects.filter(paper=paper).count()
        reads = linked_count(count, Signal, paper__id__exact=paper.pk)
        return format_html("<ul>{}</ul><p>All reads: {}</p>", listed, reads)

    @admin.display(description="trends")
    def latest_trends(self, paper: Paper) -> SafeString:
        newest = Trend.objects.filter(paper=paper).order_by("window", "-day").distinct("window")
        lines = [
            (trend.get_window_display(), f"{trend.value:.2f}", short(trend.day)) for trend in newest
        ]
        listed = format_html_join("", "<li>{}: <b>{}</b> on {}</li>", lines)
        every = linked(
            rows_url(Trend, paper__id__exact=paper.pk), "All its trends, with their components"
        )
        return format_html("<ul>{}</ul><p>{}</p>", listed, every)


def papers_like(words: str) -> QuerySet[Paper]:
    """The papers that match an arXiv id, its link, a part of a title, or words of a text."""
    return Paper.objects.filter(_matches(words)).order_by()


def _matches(words: str) -> Q:
    arxiv_id = words.rstrip("/").removesuffix(".pdf").rpartition("/")[2]
    by_words = Q(search=SearchQuery(words, search_type="websearch", config="english"))
    return by_words | Q(title__icontains=words) | Q(arxiv_id__startswith=arxiv_id)


def _topics_of(papers: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    links = PaperTopic.objects.filter(paper__in=papers).order_by("-weight")
    for paper, name in links.values_list("paper_id", "topic__name"):
        names[paper].append(name)
    return names


def _latest_upvotes(papers: Sequence[int]) -> QuerySet[Signal, tuple[int, float]]:
    reads = Signal.objects.filter(paper__in=papers, kind=Signal.Kind.UPVOTES)
    newest = reads.order_by("paper_id", "-read_at").distinct("paper_id")
    return newest.values_list("paper_id", "value")


def _latest_week_trends(papers: Sequence[int]) -> QuerySet[Trend, tuple[int, float]]:
    trends = Trend.objects.filter(paper__in=papers, window=Trend.Span.WEEK)
    newest = trends.order_by("paper_id", "-day").distinct("paper_id")
    return newest.values_list("paper_id", "value")


@admin.register(Topic)
class TopicAdmin(BaseAdmin[Topic]):
    list_display = ("name", "slug", "all_categories", "papers_count", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "slug", "description")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 (as Django reads it)
    actions_list = ("reclassify",)
    fieldsets = (
        (None, {"fields": (("name", "slug"), "family", "description", ("position", "is_active"))}),
        ("What gives a paper this topic", {"fields": ("categories", "query", "title_query")}),
    )

    def annotate_page(self, rows: Sequence[Topic]) -> None:
        links = PaperTopic.objects.filter(topic__in=rows).order_by()
        counts = dict(links.values_list("topic").annotate(Count("id")))
        for row in rows:
            row.papers_here = counts.get(row.pk, 0)  # type: ignore[attr-defined]

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        """Only one at a time, and only without papers: deactivate it and reclassify first."""
        if obj is None or obj.paper_links.exists():
            return False
        return super().has_delete_permission(request, obj)

    def has_reclassify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("papers.change_topic")

    @confirm_action(
        title="Reclassify all papers now",
        question="Gives every paper the topics that it matches now. Frozen editions do not change.",
        submit="Reclassify",
        permission="reclassify",
        icon="sync",
    )
    def reclassify(self, request: HttpRequest, _form: object) -> HttpResponse:
        count = classify()
        messages.success(request, f"Reclassified: {intcomma(count)} papers.")
        return back_to(request, rows_url(Topic))

    @admin.display(description="arXiv categories", empty_value="by words only")
    def all_categories(self, topic: Topic) -> str | None:
        return ", ".join(topic.categories) or None

    @admin.display(description="papers")
    def papers_count(self, topic: Any) -> SafeString | str:
        return linked_count(topic.papers_here, Paper, topics__id__exact=topic.pk)


@admin.register(Curator)
class CuratorAdmin(BaseAdmin[Curator]):
    list_display = ("name", "url", "position")
    search_fields = ("name",)


@admin.register(PaperTopic)
class PaperTopicAdmin(ReadOnlyAdmin[PaperTopic]):
    list_display = ("paper_title", "topic", number("weight", "weight", ".2f"))
    list_filter = ("topic",)
    list_select_related = ("paper", "topic")
    search_fields = ("paper__title",)

    @admin.display(description="paper")
    def paper_title(self, link: PaperTopic) -> str:
        return Truncator(link.paper.title).chars(80)


class PaperRowAdmin(ReadOnlyAdmin[M]):
    """Rows of papers, which a search finds by the arXiv id or by words of the title."""

    list_select_related = ("paper",)
    search_fields = ("paper__title",)
    search_help_text = "An arXiv id, or words of the title"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        words = search_term.strip()
        return (queryset.filter(paper__in=papers_like(words)) if words else queryset), False

    @admin.display(description="paper")
    def paper_title(self, row: Any) -> str:
        return Truncator(row.paper.title).chars(80)


@admin.register(Signal)
class SignalAdmin(PaperRowAdmin[Signal]):
    list_display = (
        "paper_title", "kind", number("value", "value", ",.10g"), "source",
        moment("read_at", "read (UTC)"),
    )  # fmt: skip
    list_filter = ("kind", ("read_at", RangeDateTimeFilter))


@admin.register(Listing)
class ListingAdmin(PaperRowAdmin[Listing]):
    list_display = (
        "paper_title", moment("day", "list of"), "source", moment("read_at", "first read (UTC)"),
    )  # fmt: skip
    list_filter = ("source", ("day", RangeDateFilter))


@admin.register(Trend)
class TrendAdmin(PaperRowAdmin[Trend]):
    list_display = (
        "paper_title", "window", moment("day", "day"), number("value", "value", ".2f"), "version",
        moment("scored_at", "scored (UTC)"),
    )  # fmt: skip
    list_filter = ("window", ("day", RangeDateFilter))


@admin.register(RawRecord)
class RawRecordAdmin(PaperRowAdmin[RawRecord]):
    list_display = (
        "paper_title", "source", moment("day", "day"), moment("stored_at", "stored (UTC)"),
    )  # fmt: skip
    list_filter = (("day", RangeDateFilter),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawRecord]:
        # The list shows no payload, and the payload is by far the largest part of a row.
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.defer("payload") if is_list else rows


@admin.register(SearchEntry)
class SearchEntryAdmin(PaperRowAdmin[SearchEntry]):
    ordering = ("-paper_id",)
    list_display = (
        "paper_title", "has_code", number("prominence", "newest trend", ".2f"),
        moment("trend_day", "of"), moment("listed_on", "listed on"),
    )  # fmt: skip
    list_filter = ("has_code", ("listed_on", RangeDateFilter))


@admin.register(WrittenSummary)
class WrittenSummaryAdmin(PaperRowAdmin[WrittenSummary]):
    list_display = (
        "paper_title", "text", "refused", "model", "attempts", moment("asked_at", "asked (UTC)"),
    )  # fmt: skip
    list_filter = ("model", ("asked_at", RangeDateTimeFilter))
