"""The digest of a reader on whom two rankings are compared."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.editions.interleaving.rankings import RANKINGS
from newsletter.editions.interleaving.team_draft import team_draft
from newsletter.editions.loaded_edition import LoadedEdition, Selection
from newsletter.editions.personal.known_papers import papers_of
from newsletter.editions.personalize import Interests


def select_interleaved(
    edition: LoadedEdition,
    interests: Interests,
    other: str,
    seen: Collection[int],
    language: str,
    *,
    reader: int,
) -> Selection:
    """The papers that the ordinary ranking (A) and another one (B) chose in turns.

    No sections: they would put the papers of one ranking before those of the other. Where both
    choose the same papers in the same order there is nothing to compare: then it is the
    ordinary selection, without teams. Each paper keeps the reason that its ranking gave it.

    Args:
        other: a name in RANKINGS.
        reader: the subscriber's id; with the edition it decides the coins, so that a digest that
            is chosen again is the same.
    """
    if interests.profile:  # a ranking that knows no profile must not choose what its reader knows
        seen = {*seen, *papers_of(interests.profile)}
    a = edition.select(interests, seen, language, reader=reader, in_sections=False)
    others = RANKINGS[other](interests)
    b = edition.select(others, seen, language, reader=reader, in_sections=False)
    by_paper = {pick.paper_id: pick for pick in (*b.picks, *a.picks)}
    ranked_a, ranked_b = ([pick.paper_id for pick in one.picks] for one in (a, b))
    if ranked_a == ranked_b:
        return edition.select(interests, seen, language, reader=reader)
    papers, teams = team_draft(ranked_a, ranked_b, f"{edition.edition_id} {reader}")
    explored = None if a.explored is None else a.picks[a.explored].paper_id
    return Selection(
        [by_paper[paper] for paper in papers],
        edition,
        language=a.language,
        explored=papers.index(explored) if explored in papers else None,
        teams=teams,
    )
