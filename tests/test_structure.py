"""docs/structure.md: its table names packages and modules that exist, and every package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "structure.md").read_text()
APPS = ("config", "mail", "newsletter", "papers", "subscribers", "web")
# Packages without behaviour of their own, or whose modules stand in the row of the folder above.
NOT_LISTED = {"migrations", "management", "commands", "templatetags", "formats", "en", "static"}


def rows(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """The packages and the modules of each row; a row without a package goes on with the last."""
    packages: list[str] = []
    for line in page.partition("\n## Packages\n")[2].partition("\n## ")[0].splitlines():
        if line.startswith(("| `", "| |")):
            first, _, modules = line.strip("|").split("|")
            packages = re.findall(r"`([\w/]+)`", first) or packages
            yield packages, re.findall(r"`([a-z_]+)`", modules)


def is_in(package: Path, module: str) -> bool:
    """Whether a module or a package of this name is anywhere below a package."""
    return any(package.rglob(f"{module}.py")) or any(package.rglob(f"{module}/__init__.py"))


def unknown(page: str) -> list[str]:
    return [
        f"{package}: {module}"
        for packages, modules in rows(page)
        for package in packages[:1]
        for module in modules
        if not any(is_in(ROOT / one, module) for one in packages)
    ]


def test_each_module_of_the_table_exists() -> None:
    assert len(list(rows(PAGE))) > 20
    assert unknown(PAGE) == []


def test_a_module_that_was_moved_is_found() -> None:
    page = "\n## Packages\n\n| `web` | x | `sql`, `press` |\n| | y | `locks`, `papers` |\n"
    assert unknown(page) == ["web: press", "web: papers"]


@pytest.mark.parametrize("app", APPS)
def test_each_package_has_its_row_or_is_named_in_one(app: str) -> None:
    named = {package for packages, _ in rows(PAGE) for package in packages}
    named |= {
        f"{package}/{module}"
        for packages, modules in rows(PAGE)
        for package in packages
        for module in modules
    }
    folders = [init.parent.relative_to(ROOT) for init in (ROOT / app).rglob("__init__.py")]
    missing = [
        str(folder)
        for folder in folders
        if not NOT_LISTED.intersection(folder.parts) and str(folder) not in named
    ]
    assert sorted(set(missing) - {"papers"}) == []  # each of its packages has a row
