"""The tables of papers."""

from papers.models.cards import ShareCard
from papers.models.jobs import Job, JobStep
from papers.models.page_changes import PageChange
from papers.models.paper import (
    NEWEST_FIRST,
    Curator,
    ListedPaperManager,
    Listing,
    Paper,
    PaperTopic,
    Topic,
)
from papers.models.reads import SUBMITTER, RawRecord, Signal, Trend
from papers.models.search import SearchEntry, SearchWord
from papers.models.summaries import WrittenSummary
from papers.models.vectors import PaperVector

__all__ = [
    "NEWEST_FIRST",
    "SUBMITTER",
    "Curator",
    "Job",
    "JobStep",
    "ListedPaperManager",
    "Listing",
    "PageChange",
    "Paper",
    "PaperTopic",
    "PaperVector",
    "RawRecord",
    "SearchEntry",
    "SearchWord",
    "ShareCard",
    "Signal",
    "Topic",
    "Trend",
    "WrittenSummary",
]
