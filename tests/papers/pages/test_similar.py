"""Papers like one paper."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from papers.models import Paper, PaperVector
from papers.pages.similar import similar_papers
from papers.search.spelling import learn_words
from papers.similarity.vectors import pack_dense
from tests.factories import make_paper, make_paper_topic, make_topic

pytestmark = pytest.mark.django_db


def titles(paper: Paper) -> list[str]:
    learn_words()
    return [one.title for one in similar_papers(paper)]


def make_vector(paper: Paper, *values: float) -> None:
    """A vector that begins with these values, and ends in zeros."""
    dense = np.zeros(384, np.float32)
    dense[: len(values)] = values
    PaperVector.objects.create(
        paper=paper, model="m", dense=pack_dense(dense), terms=b"", made_at=timezone.now()
    )


def test_papers_with_the_nearest_vectors_are_alike_whatever_their_words() -> None:
    paper, far = make_paper("Walruses that dive"), make_paper("On walruses")
    close, closer = make_paper("Bivalves"), make_paper("Clams")
    for one, values in ((paper, (1, 0)), (far, (0, 1)), (close, (1, 0.9)), (closer, (1, 0.1))):
        make_vector(one, *values)
    assert titles(paper) == ["Clams", "Bivalves"]


def test_a_paper_without_a_vector_is_compared_by_its_words() -> None:
    paper, other = make_paper("Walruses that dive"), make_paper("On walruses")
    make_vector(other, 1, 0)
    assert titles(paper) == ["On walruses"]


def test_a_paper_whose_vector_is_near_to_none_is_compared_by_its_words() -> None:
    paper, other = make_paper("Walruses that dive"), make_paper("On walruses")
    make_vector(paper, 1, 0)
    make_vector(other, 0, 1)
    assert titles(paper) == ["On walruses"]


def test_papers_that_no_list_shows_leave_their_places_to_others() -> None:
    paper = make_paper("Walruses that dive")
    hidden = [
        make_paper(is_withdrawn=True), make_paper(is_unlisted=True), make_paper(is_withdrawn=True),
    ]  # fmt: skip
    shown = [make_paper(f"Kelp {number}") for number in range(6)]
    for place, one in enumerate([paper, *hidden, *shown]):
        make_vector(one, 1, 0.05 * place)
    assert titles(paper) == ["Kelp 0", "Kelp 1", "Kelp 2", "Kelp 3", "Kelp 4"]


def test_papers_that_share_rare_words_are_alike() -> None:
    paper = make_paper("Walruses that dive")
    make_paper("On walruses")
    make_paper("A study of seals")
    assert titles(paper) == ["On walruses"]


def test_other_forms_of_a_word_count() -> None:
    paper = make_paper("Diving walruses")
    make_paper("How a walrus dives")
    assert titles(paper) == ["How a walrus dives"]


def test_a_paper_with_little_in_common_is_not_alike() -> None:
    paper = make_paper("Walruses that dive deeply in cold northern water without light")
    for _ in range(40):
        make_paper("A study of seals")
    for _ in range(8):
        make_paper("Bears in water")
    make_paper("Walruses dive deeply")
    assert titles(paper) == ["Walruses dive deeply"]


def test_an_estimate_of_postgresql_that_is_wrong_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE papers_searchentry")  # it is empty: the estimate becomes 0
    paper = make_paper("Walruses that dive deeply in cold northern water without light")
    for _ in range(40):
        make_paper("A study of seals")
    for _ in range(8):
        make_paper("Bears in water")
    make_paper("Walruses dive deeply")
    assert titles(paper) == ["Walruses dive deeply"]


def test_a_title_counts_more_than_an_abstract() -> None:
    paper = make_paper("Walruses that dive")
    make_paper("Seals", summary="Unlike walruses, seals sleep in water and dive.")
    make_paper("Walruses that dive at night")
    assert titles(paper) == ["Walruses that dive at night", "Seals"]


def test_a_shared_topic_decides_between_equals() -> None:
    topic = make_topic("Sea")
    paper = make_paper("Walruses that dive")
    other, same = make_paper("Walruses on ice"), make_paper("Walruses on ice")
    for _ in range(30):
        make_paper("A study of seals")
    for one in (paper, same):
        make_paper_topic(one, topic)
    learn_words()
    assert similar_papers(paper) == [same, other]


def test_two_shared_authors_are_enough() -> None:
    paper = make_paper("Walruses", authors=["Ada Roe", "Jo Doe", "Al Poe"])
    make_paper("Another thing", authors=["Jo Doe", "Someone Else", "Ada Roe"])
    make_paper("A third thing", authors=["Ada Roe", "Bo Foe"])
    assert titles(paper) == ["Another thing"]


def test_at_most_five_are_shown_and_never_the_paper_itself() -> None:
    papers = [make_paper("Walruses that dive") for _ in range(8)]
    found = similar_papers(papers[0])
    assert len(found) == 5
    assert papers[0] not in found


def test_a_withdrawn_paper_is_not_shown() -> None:
    paper = make_paper("Walruses that dive")
    make_paper("Walruses that dive too", is_withdrawn=True)
    assert titles(paper) == []


@pytest.mark.parametrize("title", ["The of and", "$$", "%", "深度学习", "a b c", "x" * 3000])
def test_a_title_without_a_telling_word_has_nothing_like_it(title: str) -> None:
    paper = make_paper(title, title_key=title[:50], authors=17)
    make_paper("Walruses")
    assert titles(paper) == []


def test_the_index_of_the_search_finds_the_candidates() -> None:
    paper = make_paper("Walruses that dive")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT paper_id FROM papers_searchentry "
            "WHERE words @@ %s::tsquery AND paper_id <> %s ORDER BY listed_on DESC LIMIT 100",
            ["'walrus' | ('dive' & 'deep')", paper.pk],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on search_entry_words" in plan
