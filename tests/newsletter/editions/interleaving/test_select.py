"""The digest in which two rankings are compared."""

from __future__ import annotations

import pytest

from newsletter.delivery.decide import decide
from newsletter.delivery.types import Claimed
from newsletter.editions.interleaving.select import select_interleaved
from newsletter.editions.loaded_edition import LoadedEdition, load_edition
from newsletter.editions.personalize import Interests
from newsletter.editions.profile import Profile
from tests.factories import make_candidate, make_edition, make_paper, make_recipient, make_topic

pytestmark = pytest.mark.django_db
FIGURES = {"upvotes_window_gain": 0, "stars": 0, "since": "this week", "position": 1}
ROBOTS = frozenset({"robots"})


@pytest.fixture
def edition() -> LoadedEdition:
    """Ten papers: the more one trends, the less it is about robots."""
    make_topic("Robots", slug="robots")
    made = make_edition()
    for number in range(10):
        paper = make_paper()
        facts = {"title": paper.title, "summary": "", "authors": [], **FIGURES}
        make_candidate(
            made, paper, trend=10.0 - number, topics={"robots": 0.1 * (number + 1)}, facts=facts
        )
    return load_edition(made.pk)


def select(edition: LoadedEdition, reader: int, interests: Interests | None = None) -> str:
    interests = interests or Interests(ROBOTS, size=5)
    chosen = select_interleaved(edition, interests, "popular", (), "en", reader=reader)
    assert len(chosen.teams) in (0, len(chosen.picks))
    return chosen.teams + " " + " ".join(str(pick.position) for pick in chosen.picks)


def test_a_digest_is_chosen_again_as_it_was(edition: LoadedEdition) -> None:
    assert select(edition, 7) == select(edition, 7)


def test_two_equal_rankings_leave_no_teams(edition: LoadedEdition) -> None:
    assert select(edition, 7, Interests(size=5)).startswith(" ")


def test_each_paper_is_of_the_ranking_that_chose_it(
    edition: LoadedEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = Interests(ROBOTS, size=5)
    b = Interests(ROBOTS, muted=("number",), size=5)  # it leaves nothing
    monkeypatch.setitem(
        __import__("newsletter.editions.interleaving.rankings", fromlist=["RANKINGS"]).RANKINGS,
        "popular",
        lambda _: b,
    )
    chosen = select_interleaved(edition, a, "popular", (), "en", reader=1)
    assert chosen.teams == "AAAAA"


def test_the_setting_decides_whether_digests_are_interleaved(edition: LoadedEdition) -> None:
    reader = make_recipient(interests=Interests(ROBOTS, size=5))
    claimed = Claimed(1, reader.id, 0)

    def teams(compared: str) -> str:
        found = decide(
            claimed, reader, (), edition, minimum=1, knows_key=lambda _: True, compared=compared
        )
        return str(getattr(found, "teams", "skipped"))

    assert teams("") == ""
    assert set(teams("popular")) <= {"A", "B"}


def test_no_ranking_chooses_a_paper_that_the_reader_has_voted_on(edition: LoadedEdition) -> None:
    best = edition.select(Interests(size=1), ()).picks[0].paper_id
    learned = Interests(size=5, profile=Profile(disliked=((best, 20_000),)))
    for reader in range(10):
        chosen = select_interleaved(edition, learned, "without-profile", (), "en", reader=reader)
        assert best not in [pick.paper_id for pick in chosen.picks]
