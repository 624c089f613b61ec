"""The model that is installed with the service."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from papers.similarity.model import Model, load_model, open_model, text_of
from papers.similarity.vectors import pack_dense, unpack_dense
from papers.similarity.weights import NoModelError, find_weights
from tests.papers.similarity.onnx_file import onnx_model


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


def test_the_setting_none_means_words_alone(settings: Any) -> None:
    settings.EMBEDDING_MODEL = "none"
    assert load_model() is None


def test_a_broken_setting_gives_no_model_and_is_logged(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMBEDDING_MODEL = str(tmp_path)
    assert load_model() is None
    assert "compared by words alone: the folder has no model.onnx" in caplog.text


# ── models of an operator ────────────────────────────────────────────────────


def folder_of(tmp_path: Path, model: bytes) -> str:
    """A folder with a model and the installed tokenizer."""
    (tmp_path / "model.onnx").write_bytes(model)
    shutil.copy(find_weights("").tokenizer, tmp_path)
    return str(tmp_path)


def test_a_copy_of_the_installed_model_gives_the_same_vectors(model: Model, tmp_path: Path) -> None:
    copied = open_model(folder_of(tmp_path, find_weights("").model.read_bytes()))
    assert copied is not None
    assert copied.name != model.name
    assert np.array_equal(copied.embed(["Walrus"]), model.embed(["Walrus"]))


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 400])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoModelError, match=r"^it cannot be loaded: "):
        open_model(folder_of(tmp_path, content))


def test_half_of_a_model_is_told(tmp_path: Path) -> None:
    whole = find_weights("").model.read_bytes()
    with pytest.raises(NoModelError, match=r"^it cannot be loaded: "):
        open_model(folder_of(tmp_path, whole[: len(whole) // 2]))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"model": {}}'])
def test_a_file_that_is_no_tokenizer_is_told(tmp_path: Path, content: str) -> None:
    folder = folder_of(tmp_path, find_weights("").model.read_bytes())
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(NoModelError, match=r"^it cannot be loaded: "):
        open_model(folder)


def test_a_model_whose_vectors_have_another_size_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match=r"^its vectors have the shape \(2,\), not \(384,\)$"):
        open_model(folder_of(tmp_path, onnx_model("input_ids", size=2)))


def test_a_model_with_another_input_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match=r"^it has an unknown input: pixel_values$"):
        open_model(folder_of(tmp_path, onnx_model("pixel_values", size=384)))


def test_a_model_that_needs_fewer_inputs_works(tmp_path: Path) -> None:
    found = open_model(folder_of(tmp_path, onnx_model("input_ids", size=384)))
    assert found is not None
    assert found.embed(["Walrus"]).shape == (1, 384)
