from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from papers.models import Paper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laptop")]


def run(action: str, **options: int) -> str:
    out = StringIO()
    call_command("sample", action, stdout=out, **options)
    return out.getvalue().strip()


def test_load_prints_what_it_added_and_then_that_it_is_loaded() -> None:
    said = run("load")
    assert said.startswith("Loaded 50 papers, ")
    assert said.endswith(" signals, 8 readers.")
    assert run("load") == "The sample is loaded already."


def test_remove_prints_what_it_deleted() -> None:
    run("load")
    said = run("remove")
    assert said.startswith("Removed ")
    assert "50 papers" in said
    assert "1 curator" in said
    assert run("remove") == "There is no sample data here."


def test_verbosity_zero_prints_nothing() -> None:
    assert run("load", verbosity=0) == ""


def test_a_refusal_is_one_clear_line(laptop: Settings) -> None:
    laptop.EMBEDDED = False
    with pytest.raises(CommandError, match="only into the embedded servers"):
        run("load")
    assert not Paper.objects.exists()
