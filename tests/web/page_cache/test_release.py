"""Another release, or other settings: other pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web.page_cache.release import release


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, settings: Any) -> Iterator[None]:
    for name in ("templates", "papers", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "templates" / "page.html").write_text("one")
    settings.BASE_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "collected"
    release.cache_clear()
    yield
    release.cache_clear()


def fresh() -> str:
    release.cache_clear()
    return release()


def test_the_same_program_has_the_same_name() -> None:
    assert fresh() == fresh()
    assert len(fresh()) == 16


@pytest.mark.parametrize("name", ["templates/page.html", "papers/views.py", "templates/de.mo"])
def test_a_changed_file_is_another_release(tmp_path: Path, name: str) -> None:
    before = fresh()
    (tmp_path / name).write_text("two")
    assert fresh() != before


def test_new_names_of_static_files_are_another_release(tmp_path: Path) -> None:
    before = fresh()
    (tmp_path / "collected").mkdir()
    (tmp_path / "collected" / "staticfiles.json").write_text('{"site.css": "site.1.css"}')
    assert fresh() != before


def test_what_is_no_part_of_the_program_changes_nothing(tmp_path: Path) -> None:
    before = fresh()
    (tmp_path / "tests" / "test_page.py").write_text("two")
    (tmp_path / "papers" / "notes.txt").write_text("two")
    assert fresh() == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("SITE_URL", "https://other.example"), ("SECRET_KEY", "y" * 60), ("CONFIRM_DAYS", 9)],
)
def test_another_setting_is_another_release(settings: Any, name: str, value: object) -> None:
    before = fresh()
    setattr(settings, name, value)
    assert fresh() != before
