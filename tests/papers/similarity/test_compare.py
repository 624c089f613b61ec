from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.similarity.compare import WORDS, Comparison
from papers.similarity.vectors import DIMENSIONS, Vector, pack_dense, pack_terms


def vector(direction: Sequence[float] = (), words: Mapping[str, int] | None = None) -> Vector:
    """A paper whose dense vector has these first numbers, and zeros after them."""
    dense = np.zeros(DIMENSIONS, np.float32)
    dense[: len(direction)] = direction
    return Vector(pack_dense(dense) if len(direction) else b"", pack_terms(words or {}))


def test_dense_vectors_are_compared_by_the_cosine() -> None:
    comparison = Comparison([vector([1, 0]), vector([0, 5]), vector([1, 1]), vector([-2, 0])])
    likeness = comparison.likeness(vector([3, 0]))
    assert likeness == pytest.approx([1, 0, 0.7071, -1], abs=1e-3)
    assert likeness.dtype == np.float32


def test_equal_words_add_their_share() -> None:
    graphs, robots = {"graph": 1, "node": 2}, {"robot": 1}
    comparison = Comparison([vector([1], graphs), vector([1], robots)])
    assert comparison.likeness(vector([1], graphs)) == pytest.approx([1 + WORDS, 1], abs=1e-3)


def test_a_rare_word_counts_more_than_one_of_most_candidates() -> None:
    candidates = [vector([], {"model": 1, f"thing{number}": 1}) for number in range(30)]
    rare, common = vector([], {"zebra": 1, "model": 1}), vector([], {"model": 1, "thing1": 1})
    comparison = Comparison([*candidates, rare, vector([], {"zebra": 1})])
    likeness = comparison.likeness(rare)
    assert likeness[31] > likeness[0]
    assert comparison.likeness(common)[1] > comparison.likeness(common)[0]


def test_a_word_of_no_candidate_makes_a_paper_less_like_all_of_them() -> None:
    comparison = Comparison([vector([1], {"graph": 1})])
    known = comparison.likeness(vector([1], {"graph": 1}))
    half_known = comparison.likeness(vector([1], {"graph": 1, "unheard": 1}))
    assert float(half_known[0]) < float(known[0])


def test_the_cosine_of_words_is_what_a_dense_product_gives() -> None:
    rng = np.random.default_rng(5)
    texts = [
        {f"word{word}": int(count) for word, count in enumerate(rng.poisson(0.4, 40)) if count}
        for _ in range(25)
    ]
    vocabulary = sorted({word for text in texts for word in text})
    used_by = np.array([sum(word in text for text in texts) for word in vocabulary])
    counts = np.array([[text.get(word, 0) for word in vocabulary] for text in texts])
    weights = np.where(counts, np.sqrt(1 + np.log(np.maximum(counts, 1))), 0)
    weights = weights * (1 + np.log(26 / (1 + used_by)))
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)

    comparison = Comparison([vector([1], text) for text in texts])
    found = comparison.likeness(vector([1], texts[3]))
    assert found == pytest.approx(1 + WORDS * weights @ weights[3], abs=5e-3)


def test_typical_is_the_mean_likeness_of_the_words_of_all_candidates() -> None:
    texts = [{"graph": 1, "node": 2}, {"graph": 2, "arm": 1}, {"robot": 1, "arm": 3}, {}]
    candidates = [vector([1], text) for text in texts]
    comparison = Comparison(candidates)
    likeness = np.array([comparison.likeness(one) for one in candidates])
    assert comparison.typical == pytest.approx(likeness.mean(axis=0) - 1, abs=1e-5)
    assert comparison.typical.argmax() == 1  # it shares a word with two others
    assert comparison.typical[3] == 0


def test_without_words_no_candidate_is_typical() -> None:
    assert Comparison([vector([1]), vector([0, 1])]).typical.tolist() == [0, 0]
    assert Comparison([]).typical.shape == (0,)


def test_a_candidate_without_a_dense_vector_is_ranked_among_the_others_by_its_words() -> None:
    rng = np.random.default_rng(1)
    words = [{f"word{word}": 1 for word in rng.integers(200, size=30)} for _ in range(80)]
    dense = [list(rng.normal(1, 1, 20)) for _ in range(80)]
    words_only = vector([], words[7])
    comparison = Comparison([words_only, *map(vector, dense, words)])
    likeness = comparison.likeness(vector(dense[7], words[7]))
    assert int(np.argsort(-likeness)[0]) in (0, 8)  # it has the very words of the liked paper
    others = np.delete(likeness, [0, 8])
    assert likeness[0] > others.max()
    unlike = comparison.likeness(vector(dense[7], {"unheard": 1}))
    assert unlike[0] < np.median(unlike)


def test_a_paper_without_a_dense_vector_is_compared_by_its_words() -> None:
    comparison = Comparison([vector([1], {"graph": 1}), vector([1], {"robot": 1}), vector([0, 1])])
    likeness = comparison.likeness(vector([], {"robot": 1}))
    assert int(likeness.argmax()) == 1


def test_words_alone_rank_where_no_model_was_at_hand() -> None:
    comparison = Comparison([vector([], {"graph": 1}), vector([], {"robot": 2, "arm": 1})])
    assert not comparison.has_dense
    assert int(comparison.likeness(vector([1], {"robot": 1})).argmax()) == 1
    assert Comparison([vector(), vector([1])]).has_dense


@pytest.mark.parametrize("nothing", [Vector(), Vector(b"short", b"odd"), vector([0, 0])])
def test_a_paper_of_which_nothing_is_stored_is_like_none(nothing: Vector) -> None:
    assert Comparison([vector([1], {"graph": 1})]).likeness(nothing).tolist() == [0]


def test_no_candidates_give_an_empty_answer() -> None:
    comparison = Comparison([])
    assert comparison.likeness(vector([1], {"graph": 1})).shape == (0,)
    assert not comparison.has_dense


_VECTORS = st.builds(
    vector,
    st.lists(st.floats(-1, 1, width=32), max_size=5),
    st.dictionaries(st.sampled_from(["graph", "robot", "node", "arm"]), st.integers(1, 99)),
)


@given(st.lists(_VECTORS, max_size=12), _VECTORS)
def test_every_likeness_is_a_number(candidates: list[Vector], other: Vector) -> None:
    likeness = Comparison(candidates).likeness(other)
    assert likeness.shape == (len(candidates),)
    assert np.isfinite(likeness).all()


def edition(size: int = 500) -> list[Vector]:
    """Candidates with as many different words as papers have: some 110, most of them common."""
    rng = np.random.default_rng(3)
    return [
        Vector(
            pack_dense(rng.normal(size=DIMENSIONS).astype(np.float32)),
            pack_terms({f"word{word}": 1 for word in rng.zipf(1.25, 220) if word < 20_000}),
        )
        for _ in range(size)
    ]


def test_an_edition_of_500_takes_less_than_2_mb_and_a_comparison_less_than_a_millisecond() -> None:
    candidates = edition()
    comparison = Comparison(candidates)
    held = [*vars(comparison).values(), *vars(comparison._words).values()]
    assert sum(one.nbytes for one in held if isinstance(one, np.ndarray)) < 2_000_000

    started = time.process_time()
    for one in candidates[:200]:
        comparison.likeness(one)
    assert (time.process_time() - started) / 200 < 0.001  # about 0.06 ms on a machine at rest
