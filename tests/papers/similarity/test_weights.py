"""Finding the files of the model, and telling why there are none."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from papers.models import PaperVector
from papers.similarity import weights
from papers.similarity.weights import NoModelError, find_weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bge small"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"one")
    (folder / "tokenizer.json").write_bytes(b"two")
    return folder


def test_the_installed_packages_have_both_files_with_their_hashes() -> None:
    found = find_weights("")
    assert found.name == "all-MiniLM-L6-v2-int8 8199be6f"
    assert [sha256(path.read_bytes()).hexdigest()[:8] for path in found[:2]] == [
        "8199be6f",
        "be50c362",
    ]


def test_a_folder_gives_its_name_and_the_hash_of_its_files(folder: Path) -> None:
    found = find_weights(str(folder))
    assert found == (
        folder / "model.onnx",
        folder / "tokenizer.json",
        f"bge small {sha256(b'onetwo').hexdigest()[:8]}",
    )


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.onnx_data"])
def test_another_file_in_a_folder_is_another_model(folder: Path, name: str) -> None:
    before = find_weights(str(folder)).name
    (folder / name).write_bytes(b"a longer one")
    assert find_weights(str(folder)).name != before


def test_the_name_of_any_folder_fits_into_its_column(folder: Path) -> None:
    longest = folder.rename(folder.parent / ("ü" * 120))
    name = find_weights(str(longest)).name
    assert len(name) <= (PaperVector._meta.get_field("model").max_length or 0)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_folder_without_one_of_the_files_has_no_model(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(NoModelError, match=f"^the folder has no {name}$"):
        find_weights(str(folder))


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_folder_in_place_of_a_file_is_none(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(NoModelError, match=f"^the folder has no {name}$"):
        find_weights(str(folder))


@pytest.mark.parametrize("setting", ["/nowhere/at/all", "MiniLM", "None", "~", "\0"])
def test_what_names_no_folder_with_a_model_is_told(setting: str) -> None:
    with pytest.raises(NoModelError):
        find_weights(setting)


def test_a_file_in_place_of_the_folder_is_told(folder: Path) -> None:
    with pytest.raises(NoModelError, match=r"^it is no folder$"):
        find_weights(str(folder / "model.onnx"))


def test_a_package_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_SHIPPED", (("a-package-of-nobody", "model.onnx", ""),) * 2)
    with pytest.raises(NoModelError, match="of the package a-package-of-nobody is not"):
        find_weights("")


def test_another_file_in_a_package_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "model.onnx"
    shutil.copy(find_weights("").model, other)
    with other.open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\1\2\3")
    monkeypatch.setattr(weights, "_file_of", lambda *_: other)
    with pytest.raises(NoModelError, match="is not the expected file; install the packages"):
        find_weights("")
