"""Finding the files of the model."""

from __future__ import annotations

from papers.similarity.weights import find_weights


def test_the_installed_packages_have_both_files() -> None:
    found = find_weights("")
    assert (found.model.name, found.tokenizer.name) == ("model.onnx", "tokenizer.json")
