"""Promises about the project's code and tools that no linter checks."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "local", "mail", "newsletter", "papers", "subscribers", "web")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text()))


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


# ── tools ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "command",
    [
        "ruff check",
        "ruff format --quiet --check",
        "mypy .",
        "lint-imports",
        "djlint --quiet --check templates",
        "djlint --quiet --lint templates",
        "hadolint Dockerfile",
        "check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml",
        "manage.py check --deploy --fail-level WARNING",
        "manage.py makemigrations --check --dry-run",
    ],
)
def test_make_lint_runs(command: str) -> None:
    assert re.search(rf"^check .*{re.escape(command)}", lint_script(), re.MULTILINE)
    assert "sh .ci/lint" in (ROOT / "Makefile").read_text()


def lint_script() -> str:
    return (ROOT / ".ci" / "lint").read_text()


@pytest.fixture
def broken_tools(tmp_path: Path) -> Path:
    """A folder of tools of which one fails."""
    for tool in ("ruff", "lint-imports", "djlint", "hadolint", "check-jsonschema", "mypy"):
        (tmp_path / tool).write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "python").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "hadolint").write_text("#!/bin/sh\nexit 1\n")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    return tmp_path


def run_lint(tools: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", ".ci/lint"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "BIN": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_failing_tool_fails_the_run_and_is_named(broken_tools: Path) -> None:
    done = run_lint(broken_tools)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[1:] == ["  hadolint Dockerfile"]
    assert "mypy ." in done.stdout  # the others ran too


def test_lint_succeeds_when_every_tool_does(broken_tools: Path) -> None:
    (broken_tools / "hadolint").write_text("#!/bin/sh\nexit 0\n")
    done = run_lint(broken_tools)
    assert (done.returncode, done.stderr) == (0, "")


def test_ci_runs_lint_and_all_tests() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("make lint\nmake test")
    assert "set -euo pipefail" in script
    assert re.search(r"^export CI=true", script, re.MULTILINE)


@pytest.mark.parametrize("script", ["run", "lint"])
def test_the_scripts_can_be_run_and_parsed(script: str) -> None:
    path = ROOT / ".ci" / script
    assert os.access(path, os.X_OK)
    shell = "bash" if script == "run" else "sh"
    assert not subprocess.run([shell, "-n", str(path)], check=False).returncode


# ── requirements ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]
)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) > 30
    for package in packages:
        assert PINNED.match(package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]


def test_the_same_versions_run_everywhere() -> None:
    production, local, dev = (
        pins(f"requirements{suffix}.txt") for suffix in ("", "-local", "-dev")
    )
    assert production.items() <= local.items() <= dev.items()


def test_production_installs_neither_embedded_servers_nor_tools() -> None:
    extras = project()["optional-dependencies"]
    unwanted = {re.split(r"[\[<>=]", word)[0] for group in extras.values() for word in group}
    direct = {re.split(r"[\[<>=]", word)[0] for word in project()["dependencies"]}
    # `tokenizers` names them as its own; no code of the service imports them.
    direct |= {"huggingface-hub", "pyyaml"}
    assert not (unwanted - direct) & (pins("requirements.txt").keys() - direct)


def project() -> dict[str, dict[str, list[str]]]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


def test_everything_the_project_names_is_locked() -> None:
    named = {
        re.split(r"[\[<>=]", word)[0]
        for word in [
            *project()["dependencies"],
            *(word for group in project()["optional-dependencies"].values() for word in group),
        ]
    }
    assert named <= pins("requirements-dev.txt").keys()


# ── the house ────────────────────────────────────────────────────────────────


def test_files_are_named_after_what_they_do() -> None:
    refused = {"utils.py", "helpers.py", "services.py", "signals.py", "manager2.py", "data.py"}
    assert [path for path in sources() if path.name in refused] == []


def test_migrations_are_named_by_hand() -> None:
    migrations = [path.name for path in sources() if path.parent.name == "migrations"]
    assert migrations
    assert [name for name in migrations if "_auto_" in name] == []


def test_only_tasks_and_the_celery_app_import_celery() -> None:
    imports = re.compile(r"^\s*(?:from|import) (?:celery|kombu)\b", re.MULTILINE)
    users = {str(path.relative_to(ROOT)) for path in sources() if imports.search(path.read_text())}
    tasks = {user for user in users if user.endswith("/tasks.py")}
    assert users - tasks == {"config/celery.py"}


def test_no_page_requests_anything_from_another_host() -> None:
    asks = re.compile(
        r"""<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)=["'](?:https?:)?//"""
    )
    pages = list((ROOT / "templates").rglob("*.html"))
    assert pages
    assert [page for page in pages if asks.search(page.read_text())] == []


def test_no_shipped_file_names_a_path_of_one_machine() -> None:
    shipped = [*sources(), *(ROOT / "templates").rglob("*.html"), *(ROOT / "docs").rglob("*.md")]
    place = re.compile("(?<![\\w.])/(?:work|home|root)/|[.][.]/shared")
    found = [path for path in shipped if place.search(path.read_text(errors="replace"))]
    assert found == []
