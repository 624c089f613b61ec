"""Rules of the whole repository that no linter holds: sizes, names of tests, and imports."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = ("config", "local", "mail", "newsletter", "papers", "subscribers", "web")
LONGEST_FILE, LONGEST_FUNCTION, FULLEST_FOLDER = 400, 60, 18  # lines, lines, modules
# They hold no behaviour of their own, and other tests use them all the time.
NEED_NO_TEST = {"__init__", "apps", "urls", "models"}
# Modules without a test file of their own, each with its reason.
UNTESTED = {
    "config/formats/de/formats.py": "date formats; the tests of pages and mails show them",
    "config/formats/en/formats.py": "date formats; the tests of pages and mails show them",
    "mail/transport.py": "a protocol; mypy holds what its classes promise",
    "config/wsgi.py": "three lines; tests/test_deployment.py starts gunicorn with it",
}


def sources(*folders: str, root: Path = ROOT) -> list[Path]:
    """The Python files of these folders, without migrations, as paths inside `root`."""
    found = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path.relative_to(root) for path in found if "migrations" not in path.parts)


# ── sizes ────────────────────────────────────────────────────────────────────


def long_files(root: Path, paths: list[Path]) -> list[str]:
    lengths = {path: len((root / path).read_text().splitlines()) for path in paths}
    return [f"{path}: {lines}" for path, lines in lengths.items() if lines > LONGEST_FILE]


def long_functions(root: Path, paths: list[Path]) -> list[str]:
    return [
        f"{path}: {node.name}, {lines}"
        for path in paths
        for node in ast.walk(ast.parse((root / path).read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    assert long_files(ROOT, sources(*PRODUCTION, "bench", "fakes", "tests")) == []


def test_no_function_is_longer_than_60_lines() -> None:
    assert long_functions(ROOT, sources(*PRODUCTION, "bench", "fakes", "tests")) == []


def test_a_long_file_and_a_long_function_are_found(tmp_path: Path) -> None:
    body = "\n".join("    pass" for _ in range(LONGEST_FUNCTION))
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "long.py").write_text(f"def work():\n{body}\n" + "x = 1\n" * 340)
    found = sources("web", root=tmp_path)
    assert long_files(tmp_path, found) == ["web/long.py: 401"]
    assert long_functions(tmp_path, found) == ["web/long.py: work, 61"]


# ── a full folder ────────────────────────────────────────────────────────────


def full_folders(paths: list[Path]) -> list[str]:
    counts = Counter(str(path.parent) for path in paths if path.stem != "__init__")
    return [f"{folder}: {count}" for folder, count in counts.items() if count > FULLEST_FOLDER]


def test_no_folder_holds_more_than_18_modules() -> None:
    assert full_folders(sources(*PRODUCTION)) == []


def test_a_full_folder_is_found() -> None:
    modules = [Path("web") / f"module_{number}.py" for number in range(19)]
    assert full_folders([*modules[:18], Path("web/__init__.py")]) == []
    assert full_folders(modules) == ["web: 19"]


# ── every module has its test, every test its module ─────────────────────────


def folder_of_tests(module: Path) -> Path:
    """Where the tests of a module stand: papers/jobs/run.py → tests/papers/jobs.

    Of a management command: papers/management/commands/x.py → tests/papers/commands.
    """
    parts = [part for part in module.parent.parts if part != "management"]
    return Path("tests", *parts)


def module_of(test: str, modules: set[str]) -> str | None:
    """The module that a test's name begins with, the longest one: test_api_page → api."""
    name = test.removeprefix("test_")
    matches = [module for module in modules if f"{name}_".startswith(f"{module}_")]
    return max(matches, key=len, default=None)


def mirror(modules: list[Path], tests: list[Path]) -> tuple[list[str], list[str]]:
    """The modules without a test, and the tests without a module."""
    in_folder: dict[Path, set[str]] = {}
    for module in modules:
        in_folder.setdefault(folder_of_tests(module), set()).add(module.stem)
    tested, strays = set(), []
    for test in tests:
        name = module_of(test.stem, in_folder.get(test.parent, set()))
        if name:
            tested.add((test.parent, name))
        else:
            strays.append(str(test))
    untested = [
        str(module)
        for module in modules
        if module.stem not in NEED_NO_TEST and (folder_of_tests(module), module.stem) not in tested
    ]
    return untested, strays


def mirrored_tests() -> list[Path]:
    """The test files, without those about the whole house, which stand directly in tests/."""
    return [
        path
        for path in sources("tests")
        if path.stem.startswith("test_") and path.parent.name != "tests"
    ]


def test_every_module_has_its_test() -> None:
    untested, _ = mirror(sources(*PRODUCTION), mirrored_tests())
    assert sorted(untested) == sorted(UNTESTED)


def test_every_test_has_its_module() -> None:
    _, strays = mirror(sources(*PRODUCTION, "bench", "fakes"), mirrored_tests())
    assert strays == []


def test_a_missing_test_and_a_stray_test_are_found() -> None:
    modules = [Path("papers/jobs", name) for name in ("run.py", "run_log.py", "status.py")]
    modules += [Path("papers/urls.py"), Path("papers/management/commands/ingest.py")]
    tests = [Path("tests/papers/jobs", name) for name in ("test_run_log.py", "test_status_late.py")]
    tests += [Path("tests/papers/commands/test_ingest.py"), Path("tests/papers/test_status.py")]
    assert mirror(modules, tests) == (["papers/jobs/run.py"], ["tests/papers/test_status.py"])


# ── imports inside functions ─────────────────────────────────────────────────


INLINE = re.compile(r"^\s*(?:from|import) .*# noqa:[^(]*\bPLC0415\b")
WITH_REASON = re.compile(r"# noqa: PLC0415(?:, [A-Z0-9]+)* \(.+\)")


def without_reason(root: Path, paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for number, line in enumerate((root / path).read_text().splitlines(), start=1):
            if INLINE.search(line) and not WITH_REASON.search(line):
                yield f"{path}:{number}"


def test_an_import_inside_a_function_has_a_reason() -> None:
    assert list(without_reason(ROOT, sources(*PRODUCTION, "bench", "fakes", "tests"))) == []


def test_no_file_is_excused_from_that() -> None:
    """ruff refuses an import inside a function that has no noqa: so each one has its reason."""
    settings = (ROOT / "pyproject.toml").read_text()
    assert "PLC0415" not in settings
    assert '"PL"' in settings


@pytest.mark.parametrize(
    ("comment", "is_found"),
    [
        ("# noqa: PLC0415 (it imports models)", False),
        ("# noqa: PLC0415, F401 (registers them)", False),
        ("# noqa: PLC0415", True),
        ("# noqa: F401, PLC0415", True),
        ("# noqa: PLC0415 it imports models", True),
        ("# noqa: SLF001", False),
    ],
)
def test_a_missing_reason_is_found(tmp_path: Path, comment: str, is_found: bool) -> None:
    (tmp_path / "web.py").write_text(f"\n    import this  {comment}\n")
    assert list(without_reason(tmp_path, [Path("web.py")])) == ["web.py:2"] * is_found


# ── which folder may import which ────────────────────────────────────────────


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
        *((app, "fakes") for app in PRODUCTION),
    ],
)
def test_a_folder_does_not_import_the_other(folder: str, package: str) -> None:
    assert list((ROOT / folder).rglob("*.py"))
    assert imports_of(folder, package) == []


def test_an_import_inside_a_function_is_found() -> None:
    source = "def f():\n    from bench.report import main\n    import tests.fakes, os\n"
    assert list(imported_modules(source)) == ["bench.report", "tests.fakes", "os"]
