"""The model that is installed with the service."""

from __future__ import annotations

import numpy as np
import pytest

from papers.similarity.model import Model, load_model, open_model, text_of
from papers.similarity.vectors import pack_dense, unpack_dense


@pytest.fixture(scope="module")
def model() -> Model:
    found = open_model("")
    assert found is not None
    return found


def test_the_installed_model_is_named_with_its_hash(model: Model) -> None:
    assert model.name == "all-MiniLM-L6-v2-int8 8199be6f"


def test_each_text_is_a_row_of_length_one(model: Model) -> None:
    made = model.embed(["A walrus dives for clams.", "Attention heads in transformers."])
    assert made.shape == (2, 384)
    assert made.dtype == np.float32
    assert np.linalg.norm(made, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


def test_texts_on_one_subject_are_more_alike_than_others(model: Model) -> None:
    clams, shells, heads = model.embed(
        [
            "Walruses eat clams that they find on the sea floor.",
            "How marine mammals feed on bivalves.",
            "Pruning attention heads of a transformer.",
        ]
    )
    assert clams @ shells > 0.4
    assert clams @ heads < 0.2


def test_a_vector_is_the_same_whatever_stands_beside_its_text(model: Model) -> None:
    alone = model.embed(["Walruses eat clams."])[0]
    beside = model.embed(["Kelp " * 300, "Walruses eat clams.", ""])[1]
    assert np.array_equal(alone, beside)


def test_the_stored_bytes_keep_the_direction(model: Model) -> None:
    [made] = model.embed(["Walruses eat clams."])
    assert float(unpack_dense(pack_dense(made)) @ made) > 0.999


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\ud800", "海象", "$\\frac{a}{b}$" * 3000, "x" * 99_999]
)
def test_no_text_breaks_the_model(model: Model, text: str) -> None:
    [made] = model.embed([text])
    assert np.isfinite(made).all()


def test_no_texts_are_no_rows(model: Model) -> None:
    assert model.embed([]).shape == (0, 384)


def test_the_model_reads_the_title_and_the_abstract() -> None:
    assert text_of("Walrus", "It dives.") == "Walrus. It dives."
    assert text_of("Walrus", "") == "Walrus"


def test_the_setting_none_means_words_alone(settings: object) -> None:
    settings.EMBEDDING_MODEL = "none"  # type: ignore[attr-defined]
    assert load_model() is None
