"""Whether a delivery gets a digest, and of which papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.delivery.decide import Skip, decide
from newsletter.delivery.recipients import Recipient
from newsletter.delivery.types import Claimed, Content, RenderStamp
from newsletter.editions.loaded_edition import LoadedEdition, Selection
from newsletter.editions.personalize import Interests
from newsletter.models import StoredPick
from tests.factories import make_candidate, make_edition, make_paper

pytestmark = pytest.mark.django_db
FACTS = {
    "title": "A study",
    "summary": "",
    "authors": [],
    "upvotes_window_gain": 3,
    "since": "since Friday",
    "stars": 0,
}
FIRST, SECOND = 1, 2  # positions in the edition
NEVER_SENT = Claimed(id=7, subscriber_id=3, attempts=0)
ROBOTICS = Interests(topics=frozenset({"robotics"}))


@pytest.fixture
def edition() -> LoadedEdition:
    """Two papers, both about robotics."""
    made = make_edition()
    for position in (FIRST, SECOND):
        paper = make_paper()
        make_candidate(made, paper, position=position, facts=FACTS, topics={"robotics": 1.0})
    return LoadedEdition(made)


def ada(interests: Interests = ROBOTICS, skip_reason: str = "") -> Recipient:
    return Recipient(3, "ada@example.com", interests, "a secret", skip_reason)


def decided(
    edition: LoadedEdition,
    recipient: Recipient | None,
    delivery: Claimed = NEVER_SENT,
    *,
    seen: tuple[int, ...] = (),
    minimum: int = 1,
    keys: tuple[str, ...] = ("key",),
) -> Selection | Skip:
    return decide(
        delivery, recipient, seen, edition, minimum=minimum, knows_key=lambda key: key in keys
    )


def stored(edition: LoadedEdition, key_id: str = "key") -> Claimed:
    """A delivery of which an earlier attempt has stored the second paper only."""
    second = edition.select(ROBOTICS, ()).picks[1]
    stamp = RenderStamp(datetime(2025, 3, 15, 9, tzinfo=UTC), "1", key_id)
    pick = StoredPick(second.position, second.paper_id, "the stored reason")
    return Claimed(7, 3, attempts=1, content=Content([pick], stamp))


def positions(found: Selection | Skip) -> list[int]:
    assert isinstance(found, Selection)
    return [pick.position for pick in found.picks]


def test_a_recipient_gets_the_papers_of_their_interests(edition: LoadedEdition) -> None:
    assert positions(decided(edition, ada())) == [FIRST, SECOND]


def test_a_paper_that_was_sent_before_is_left_out(edition: LoadedEdition) -> None:
    first = edition.select(ROBOTICS, ()).picks[0]
    assert positions(decided(edition, ada(), seen=(first.paper_id,))) == [SECOND]


def test_a_deleted_subscriber_gets_nothing(edition: LoadedEdition) -> None:
    assert decided(edition, None) == Skip("the subscriber was deleted")


def test_a_deleted_subscriber_gets_no_second_attempt_either(edition: LoadedEdition) -> None:
    assert decided(edition, None, stored(edition)) == Skip("the subscriber was deleted")


def test_a_recipient_who_must_be_skipped_gets_no_papers(edition: LoadedEdition) -> None:
    found = decided(edition, ada(skip_reason="suppressed: hard bounce"), stored(edition))
    assert found == Skip("suppressed: hard bounce")


def test_too_few_papers_make_no_digest(edition: LoadedEdition) -> None:
    assert decided(edition, ada(), minimum=3) == Skip("only 2 new papers in your topics")


def test_the_minimum_of_papers_makes_a_digest(edition: LoadedEdition) -> None:
    assert positions(decided(edition, ada(), minimum=2)) == [FIRST, SECOND]


def test_the_first_digest_says_so_and_when_the_next_one_comes(edition: LoadedEdition) -> None:
    slot = datetime(2025, 3, 17, 23, 30, tzinfo=UTC)
    reader = ada()._replace(is_first=True, next_slot=slot, timezone="Asia/Tokyo")
    first = decided(edition, reader)
    assert isinstance(first, Selection)
    assert first.opening == "This is your first digest. The next one comes on Tuesday, 18 March."
    assert positions(first) == [FIRST, SECOND]
    text = " ".join(first.body.text("", "", "", "").split())
    assert text.index(first.opening) < text.index("1. ")
    other = decided(edition, ada())
    assert isinstance(other, Selection)
    assert other.opening == ""


def test_the_first_digest_of_a_reader_without_a_slot_names_no_day(edition: LoadedEdition) -> None:
    first = decided(edition, ada()._replace(is_first=True, language="de"))
    assert isinstance(first, Selection)
    assert first.opening.count(".") == 1


def test_another_attempt_has_the_sections_and_the_opening_of_the_first(
    edition: LoadedEdition,
) -> None:
    claimed = stored(edition)
    content = replace(claimed.content, sections="f", opening="Hello.") if claimed.content else None
    again = decided(edition, ada(), claimed._replace(content=content))
    assert isinstance(again, Selection)
    assert (again.sections, again.opening) == ("f", "Hello.")


def test_no_paper_in_their_topics_has_its_own_reason(edition: LoadedEdition) -> None:
    theory = Interests(topics=frozenset({"theory"}))
    assert decided(edition, ada(theory)) == Skip("no new papers in your topics")


def test_a_recipient_who_follows_all_has_another_reason(edition: LoadedEdition) -> None:
    found = decided(edition, ada(Interests()), minimum=3)
    assert found == Skip("only 2 new papers in this edition")


def test_another_attempt_sends_what_the_first_has_stored(edition: LoadedEdition) -> None:
    """Though the interests have changed since, and the minimum was raised."""
    found = decided(edition, ada(Interests()), stored(edition), minimum=2)
    assert positions(found) == [SECOND]
    assert isinstance(found, Selection)
    assert [pick.reason for pick in found.picks] == ["the stored reason"]


def test_a_stored_digest_whose_key_is_gone_is_not_sent(edition: LoadedEdition) -> None:
    found = decided(edition, ada(), stored(edition, key_id="old"))
    assert found == Skip("the key of its links is no longer in the settings")
