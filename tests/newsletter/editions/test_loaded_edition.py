"""A loaded edition selects papers, restores a stored selection, and rebuilds a digest."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from newsletter.delivery.seen import seen_papers
from newsletter.editions import old_tokens
from newsletter.editions.compose import compose
from newsletter.editions.keys import current_key_id
from newsletter.editions.loaded_edition import (
    LoadedEdition,
    SeenScope,
    Selection,
    load_edition,
    rebuild,
)
from newsletter.editions.old_tokens import make_old_token
from newsletter.editions.personalize import Interests
from newsletter.editions.rendering.body import RENDERER
from newsletter.editions.rendering.message import build_digest
from newsletter.editions.rendering.slots import Slot
from newsletter.models import Candidate, Delivery, Edition, StoredPick
from papers.models import Listing, Topic
from tests.factories import (
    DAY,
    make_content,
    make_delivery,
    make_edition,
    make_paper,
    make_paper_topic,
    make_signal,
    make_subscriber,
    make_topic,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 15, 8, tzinfo=UTC)


@pytest.fixture
def topic() -> Topic:
    return make_topic("Walking machines")


@pytest.fixture
def edition(topic: Topic) -> Edition:
    """A weekly edition of two papers: the first is about robotics, the second is not."""
    first, second = make_paper("Walking robots"), make_paper("Talking “heads”")
    make_paper_topic(first, topic)
    make_signal(first, 90)
    make_signal(second, 9)
    return compose("weekly", DAY, NOW)


def paper_ids(edition: Edition) -> list[int]:
    return list(edition.candidates.order_by("position").values_list("paper_id", flat=True))


def selected(loaded: LoadedEdition, interests: Interests, seen: tuple[int, ...] = ()) -> list[int]:
    return [pick.paper_id for pick in loaded.select(interests, seen).picks]


def sent(edition: Edition, **values: Any) -> Delivery:
    """A delivery of all the edition's papers, as it stands in the ledger once it was sent."""
    delivery = make_delivery(edition, make_subscriber(), state="sent")
    picks = LoadedEdition(edition).select(Interests(), ()).picks
    stored = {"dated_at": NOW, "renderer": RENDERER, "key_id": current_key_id()}
    make_content(delivery, picks, **{**stored, **values})
    return delivery


def test_it_selects_by_interests(edition: Edition, topic: Topic) -> None:
    loaded = LoadedEdition(edition)
    first, second = paper_ids(edition)
    assert selected(loaded, Interests()) == [first, second]
    assert selected(loaded, Interests(topics=frozenset({topic.slug}))) == [first]
    assert selected(loaded, Interests(keywords=("heads",))) == [second]


def test_a_pick_stores_position_paper_and_reason(edition: Edition, topic: Topic) -> None:
    (pick,) = LoadedEdition(edition).select(Interests(topics=frozenset({topic.slug})), ()).picks
    assert pick == StoredPick(1, paper_ids(edition)[0], "You follow Walking machines")


def test_the_columns_are_array_literals_of_the_picks(edition: Edition) -> None:
    selection = LoadedEdition(edition).select(Interests(), ())
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int[], %s::bigint[], %s::text[]", selection.columns)
        columns = cursor.fetchone()
    assert list(zip(*columns, strict=True)) == list(selection.picks)
    assert len(selection.picks) == 2


def test_papers_that_were_sent_before_are_left_out(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    first, second = paper_ids(edition)
    assert selected(loaded, Interests(), seen=(first,)) == [second]
    assert selected(loaded, Interests(), seen=(first, second)) == []


def test_equal_interests_share_one_selection(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    elsewhere = max(paper_ids(edition)) + 1
    one = loaded.select(Interests(size=5), ())
    assert loaded.select(Interests(size=5), (elsewhere,)) is one
    assert loaded.select(Interests(size=5), (paper_ids(edition)[0],)) is not one


def test_a_restored_selection_gives_the_same_body(edition: Edition) -> None:
    loaded = LoadedEdition(edition)
    selection = loaded.select(Interests(), ())
    restored = loaded.restore([StoredPick(*pick) for pick in selection.picks])
    assert restored.columns == selection.columns
    assert parts_of(restored) == parts_of(selection)


def parts_of(selection: Selection) -> tuple[str, str]:
    tokens = ("read", "unsubscribe", "preferences", "feedback")
    return selection.body.html(*tokens), selection.body.text(*tokens)


def test_a_pick_of_a_removed_paper_is_an_error(edition: Edition) -> None:
    picks = LoadedEdition(edition).select(Interests(), ()).picks
    edition.candidates.filter(position=1).delete()
    with pytest.raises(KeyError):
        LoadedEdition(edition).body(picks)


BREAKS: list[dict[str, Any]] = [
    {"html": f"{Slot.RANK.value} twice {Slot.RANK.value}\n{Slot.WHY.value}\n"},
    {"html": f"{Slot.RANK.value} and no reason"},
    {"text": f"{Slot.RANK.value}\n{Slot.WHY.value}\n by A{Slot.PAPERS.value}da"},
    {"text": "A reason \ue004 and a name \ue004"},
    {"facts": {"title": "Without authors", "summary": ""}},
    {"facts": {"title": "Odd", "summary": "", "authors": [None]}},
    {"facts": ["no object"]},
]
NO_FIGURES: list[dict[str, Any]] = [
    {},
    {"upvotes_window_gain": 3, "stars": 0, "position": 1},  # since when?
    {"upvotes_window_gain": 0, "stars": 0},
    {"upvotes_window_gain": "many", "since": "since Friday", "stars": 0, "position": 1},
]


@pytest.mark.parametrize("change", BREAKS)
def test_a_paper_that_was_frozen_broken_is_never_selected(
    edition: Edition, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = paper_ids(edition)
    break_first(edition, change)
    loaded = LoadedEdition(edition)
    assert selected(loaded, Interests()) == [second]
    assert selected(loaded, Interests(size=9), seen=(first,)) == [second]
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    paper = f"paper {first} of edition {edition.pk}"
    assert errors == [f"an error of ours: {paper} cannot be rendered, and no digest shows it"]


def test_a_stored_selection_goes_on_without_a_paper_that_was_frozen_broken(
    edition: Edition,
) -> None:
    picks = LoadedEdition(edition).select(Interests(), ()).picks
    break_first(edition, BREAKS[0])
    body = LoadedEdition(edition).restore(picks).body
    assert "Walking robots" not in body.html("", "", "", "")
    assert body.subject == "Talking “heads”"
    with pytest.raises(LookupError):
        LoadedEdition(edition).body(picks[:1])


@pytest.mark.parametrize("figures", NO_FIGURES)
def test_a_paper_without_its_figures_is_never_selected(
    edition: Edition, figures: dict[str, Any]
) -> None:
    _first, second = paper_ids(edition)
    facts = {"title": "Walking robots", "summary": "", "authors": ["Ada"], **figures}
    break_first(edition, {"facts": facts})
    loaded = LoadedEdition(edition)
    assert selected(loaded, Interests()) == [second]
    assert loaded.matching(Interests(), ()) == 1


def test_a_digest_that_was_sent_is_rebuilt_with_a_paper_that_lost_its_figures(
    edition: Edition,
) -> None:
    picks = LoadedEdition(edition).select(Interests(), ()).picks
    facts = {"title": "Walking robots", "summary": "", "authors": ["Ada"]}
    break_first(edition, {"facts": facts})
    assert "Walking robots" in LoadedEdition(edition).restore(picks).body.html("", "", "", "")


def break_first(edition: Edition, change: dict[str, Any]) -> None:
    edition.candidates.filter(position=1).update(**change)


def test_a_frozen_edition_is_loaded_once(
    edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    loaded = load_edition(edition.pk)
    with django_assert_num_queries(1):  # when it was composed
        assert load_edition(edition.pk) is loaded


def test_loading_takes_the_same_queries_for_one_and_three_papers(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for papers in (1, 3):
        for _ in range(papers):
            make_paper(listed_on=DAY - timedelta(days=papers))
        edition = compose("daily", DAY - timedelta(days=papers), NOW)
        with django_assert_num_queries(4):  # candidates, editions before it (two), topics
            LoadedEdition(edition)


def test_an_open_edition_cannot_be_loaded() -> None:
    with pytest.raises(Edition.DoesNotExist):
        load_edition(make_edition(state=Edition.State.OPEN).pk)


def test_papers_can_have_been_sent_since_their_window_opened(edition: Edition) -> None:
    make_edition("daily", DAY - timedelta(days=20))
    earlier = make_edition("daily", DAY - timedelta(days=8))
    scope = LoadedEdition(edition).seen_scope
    assert scope == SeenScope(datetime(2025, 3, 6, tzinfo=UTC), min(earlier.pk, edition.pk))


@pytest.mark.parametrize("days", [1, 2, 3, 4, 9])
def test_a_paper_that_is_listed_again_is_sent_once(days: int) -> None:
    paper, reader = make_paper(listed_on=DAY - timedelta(days=days)), make_subscriber()
    first = compose("daily", DAY - timedelta(days=days), NOW)
    at = datetime.combine(DAY - timedelta(days=days - 1), time(0, 3), tzinfo=UTC)
    pick = StoredPick(1, paper.pk, "")
    make_delivery(first, reader, [pick], state="sent", created_at=at)
    Listing.objects.create(paper=paper, source="hugging_face", day=DAY, read_at=NOW)
    again = LoadedEdition(compose("daily", DAY, NOW))
    assert seen_papers([reader.pk], again.edition_id, again.seen_scope) == {reader.pk: {paper.pk}}


def test_older_editions_that_hold_its_papers_are_in_the_scope(edition: Edition) -> None:
    """A paper that was announced, or on another list, long before this edition."""
    Edition.objects.filter(pk=edition.pk).update(day=DAY - timedelta(days=40))
    again = Candidate.objects.filter(edition=edition)[0].paper
    Listing.objects.create(paper=again, source="hugging_face", day=DAY, read_at=NOW)
    later = compose("daily", DAY, NOW)
    assert LoadedEdition(later).seen_scope.older_editions == (edition.pk,)


def test_a_sent_digest_is_rebuilt_byte_for_byte(edition: Edition) -> None:
    delivery = sent(edition)
    reader = delivery.subscriber
    assert reader
    original = build_digest(
        delivery_id=delivery.pk,
        subscriber_id=reader.pk,
        secret=str(reader.secret),
        key_id=current_key_id(),
        to="ada@example.com",
        dated_at=NOW,
        body=LoadedEdition(edition).select(Interests(), ()).body,
    )
    stored = Delivery.objects.get(pk=delivery.pk)
    assert rebuild(stored, "ada@example.com").as_bytes() == original.as_bytes()


def test_a_digest_of_the_first_renderer_is_rebuilt_with_its_one_token(edition: Edition) -> None:
    """Out of texts that had one slot for all tokens, in lines folded for 28 characters."""
    store_as_first_renderer(edition)
    delivery = sent(edition, renderer=old_tokens.RENDERER)
    token = make_old_token(delivery.pk, current_key_id())
    digest = rebuild(delivery, "ada@example.com")
    assert set(digest.tokens[:3]) == {token}
    assert digest.html.count(token) == 5 + 2 * 2  # of the layout, and of two papers
    lines = digest.as_bytes().decode().split("\r\n")
    assert max(map(len, lines)) <= 78
    [line] = [line for line in lines if line.endswith(f"/d/{token}")]
    assert line == f"http://localhost:8000/d/{token}"


def test_a_new_digest_of_an_edition_of_the_first_renderer_has_three_tokens(
    edition: Edition,
) -> None:
    expected = rebuild(sent(edition), "ada@example.com")
    Delivery.objects.all().delete()
    store_as_first_renderer(edition)
    digest = rebuild(sent(edition), "ada@example.com")
    assert [digest.html.count(token) for token in digest.tokens[:3]] == [2 + 2 * 2, 4, 1]
    assert [expected.html.count(token) for token in expected.tokens[:3]] == [2 + 2 * 2, 4, 1]


def test_a_paper_of_the_first_renderer_with_a_stranger_s_link_is_never_selected(
    edition: Edition,
) -> None:
    store_as_first_renderer(edition)
    second = paper_ids(edition)[1]
    paper = edition.candidates.get(position=1)
    paper.html = paper.html.replace("</p>", " http://evil.example/?t=\ue000</p>", 1)
    paper.save()
    assert selected(LoadedEdition(edition), Interests()) == [second]


def store_as_first_renderer(edition: Edition) -> None:
    rows: list[Edition | Candidate] = [edition, *edition.candidates.all()]
    for row in rows:
        row.html, row.text = (
            re.sub("[\ue008-\ue00a]", "\ue000", it) for it in (row.html, row.text)
        )
        row.save()


def test_a_delivery_that_was_never_sent_cannot_be_rebuilt(edition: Edition) -> None:
    with pytest.raises(LookupError, match="has no message"):
        rebuild(make_delivery(edition, make_subscriber()), "ada@example.com")


def test_the_digest_of_an_erased_subscriber_cannot_be_rebuilt(edition: Edition) -> None:
    delivery = sent(edition)
    Delivery.objects.update(subscriber=None)
    with pytest.raises(LookupError, match="was erased"):
        rebuild(Delivery.objects.get(pk=delivery.pk), "ada@example.com")


def test_a_digest_of_a_removed_key_cannot_be_rebuilt(edition: Edition) -> None:
    with pytest.raises(LookupError, match="no key 00000000"):
        rebuild(sent(edition, key_id="00000000"), "ada@example.com")


def test_a_digest_of_a_removed_paper_cannot_be_rebuilt(edition: Edition) -> None:
    delivery = sent(edition)
    edition.candidates.filter(position=1).delete()
    with pytest.raises(LookupError):
        rebuild(delivery, "ada@example.com")


# ── sections ─────────────────────────────────────────────────────────────────


@pytest.fixture
def many(topic: Topic) -> Edition:
    """Six papers of a topic, three of them with a word that somebody follows."""
    for place in range(6):
        named = " about gears" if place in (2, 3, 4) else ""
        paper = make_paper(f"Paper {place}{named}")
        make_paper_topic(paper, topic)
        make_signal(paper, 90 - place)
    return compose("weekly", DAY, NOW)


def test_papers_that_are_named_stand_together_after_the_first(many: Edition, topic: Topic) -> None:
    loaded = LoadedEdition(many)
    following = Interests(topics=frozenset({topic.slug}), keywords=("gears",))
    chosen = loaded.select(following, ())
    assert chosen.sections == "fnnooo"
    assert ["gears" in pick.reason for pick in chosen.picks] == [True] * 3 + [False] * 3
    assert ">Also trending</h2>" in chosen.body.html("", "", "", "")
    ranked = loaded.select(following, (), in_sections=False)
    assert ranked.sections == ""
    assert "</h2>" not in ranked.body.html("", "", "", "").partition("</h2>")[2]


def test_a_reader_who_follows_no_words_gets_no_sections(many: Edition, topic: Topic) -> None:
    interests = Interests(topics=frozenset({topic.slug}))
    assert LoadedEdition(many).select(interests, ()).sections == ""


def test_a_digest_is_rebuilt_with_its_sections_and_its_opening(many: Edition) -> None:
    loaded = LoadedEdition(many)
    picks = loaded.select(Interests(), ()).picks
    delivery = make_delivery(many, make_subscriber(), state="sent")
    stored = {"dated_at": NOW, "renderer": RENDERER, "key_id": current_key_id()}
    make_content(delivery, picks, **stored, sections="fnnoox", opening="Your first digest.")
    digest = rebuild(delivery, "ada@example.com")
    assert "By the authors and words you follow</h2>" in digest.html
    assert "OUTSIDE YOUR TOPICS" in digest.text
    assert "Your first digest." in digest.text
    assert digest.as_bytes() == rebuild(delivery, "ada@example.com").as_bytes()


def test_sections_follow_their_papers_when_one_cannot_be_rendered(many: Edition) -> None:
    picks = LoadedEdition(many).select(Interests(), ()).picks
    many.candidates.filter(position=picks[1].position).update(html="broken")
    body = LoadedEdition(many).body(picks, sections="fnnoox")
    text = body.text("", "", "", "")
    parts = ("1.  ", "YOU FOLLOW", "2.  ", "ALSO TRENDING", "3.  ", "4.  ", "OUTSIDE", "5.  ")
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)
