"""The papers of an edition as it stored them: to be chosen and shown, or to be left out."""

from __future__ import annotations

import logging

from newsletter.editions import links
from newsletter.editions.personalize import CandidatePaper, Pick
from newsletter.editions.reasons import why
from newsletter.editions.rendering.fragments import PaperFragment
from newsletter.editions.rendering.paper_context import without_placeholders
from newsletter.editions.rendering.slots import upgraded_fragment
from newsletter.models import Candidate
from web.isolation import is_about_one_row

log = logging.getLogger(__name__)


def is_intact(candidate: Candidate) -> bool:
    """Whether the candidate can be chosen and rendered; else it is logged as our error."""
    try:
        paper = candidate_paper(candidate)
        texts = (candidate.facts["title"], *paper.authors)
        if fragment_of(candidate).is_intact and all(isinstance(text, str) for text in texts):
            return True
    except Exception as error:  # any: a paper must not cost the edition
        if not is_about_one_row(error):
            raise
    _log_left_out(candidate)
    return False


def has_reason(candidate: Candidate) -> bool:
    """Whether a reader can be told why the paper is there; else it is logged as our error."""
    try:
        why(Pick(candidate.paper_id), candidate.facts, {})
    except Exception as error:  # any: a paper must not cost the edition
        if not is_about_one_row(error):
            raise
        _log_left_out(candidate)
        return False
    return True


def _log_left_out(candidate: Candidate) -> None:
    log.error(
        "an error of ours: paper %s of edition %s cannot be rendered, and no digest shows it",
        candidate.paper_id, candidate.edition_id,
    )  # fmt: skip


def fragment_of(candidate: Candidate) -> PaperFragment:
    """The candidate's part of a mail in the default language, with the slots of today."""
    facts, numbers = candidate.facts, links.numbers(candidate.position, candidate.facts)
    return PaperFragment(
        title=without_placeholders(facts["title"]),
        heading=without_placeholders(str(facts.get("heading", ""))),
        abstract=str(facts["summary"]),
        html=upgraded_fragment(candidate.html, numbers),
        text=upgraded_fragment(candidate.text, numbers),
    )


def candidate_paper(candidate: Candidate) -> CandidatePaper:
    """What is needed of the candidate to choose it or not."""
    facts = candidate.facts
    return CandidatePaper(
        paper_id=candidate.paper_id,
        position=candidate.position,
        trend=candidate.trend,
        topics=candidate.topics,
        words=f"{facts['title']}\n\n{facts['summary']}",
        authors=tuple(facts["authors"]),
    )
