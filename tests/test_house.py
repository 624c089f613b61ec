"""Rules of the whole repository that no linter holds: which folder may import which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def imported_modules(source: str) -> Iterator[str]:
    """Every module that a source imports, wherever the import stands in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def imports_of(folder: str, package: str) -> list[str]:
    """Where a file below the folder imports the package or a part of it."""
    return [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for module in imported_modules(path.read_text())
        if module.partition(".")[0] == package
    ]


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("tests", "bench"),
        ("bench", "tests"),
        ("fakes", "tests"),
        ("fakes", "bench"),
        *((app, "fakes") for app in ("config", "local", "newsletter", "papers", "subscribers")),
    ],
)
def test_a_folder_does_not_import_the_other(folder: str, package: str) -> None:
    assert list((ROOT / folder).rglob("*.py"))
    assert imports_of(folder, package) == []


def test_an_import_inside_a_function_is_found() -> None:
    source = "def f():\n    from bench.report import main\n    import tests.fakes, os\n"
    assert list(imported_modules(source)) == ["bench.report", "tests.fakes", "os"]
