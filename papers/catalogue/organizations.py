"""Which organisation a paper has. arXiv names none, so its records do not count here."""

from __future__ import annotations

from papers.fetched import FetchedPaper
from papers.models import Paper


def organization_fields(paper: Paper, fetched: FetchedPaper, *, is_best: bool) -> dict[str, str]:
    """The fields that `fetched` changes: the organisation with its link, never that of another.

    `is_best`: the record is of the best source, and the newest of it.
    """
    if not fetched.organization or (paper.organization and not is_best):
        return {}
    values = {
        "organization": fetched.organization,
        "organization_url": fetched.organization_url,
    }
    return {name: value for name, value in values.items() if value != getattr(paper, name)}
