"""Errors that one row may cost, and errors that stop everything."""

from __future__ import annotations

import logging

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from web import isolation
from web.isolation import is_about_one_row, log_once

log = logging.getLogger("tests.isolation")


@pytest.fixture(autouse=True)
def _nothing_logged_before() -> None:
    isolation._logged.clear()


@pytest.mark.parametrize(
    "error", [RecursionError(), KeyError("a"), AttributeError(), AssertionError(), RuntimeError()]
)
def test_what_code_raises_over_values_is_about_one_row(error: Exception) -> None:
    assert is_about_one_row(error)


@pytest.mark.parametrize(
    "error", [SoftTimeLimitExceeded(), OperationalError(), ConnectionError(), MemoryError()]
)
def test_a_time_limit_and_a_lost_server_are_not(error: Exception) -> None:
    assert not is_about_one_row(error)


def test_each_row_is_logged_once_for_each_place_and_kind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for place in ("the feed", "the feed", "the search"):
        for error in (KeyError("a"), KeyError("b"), TypeError()):
            log_once(log, place, "paper 7", error)
    assert [record.getMessage() for record in caplog.records] == [
        "an error of ours: paper 7 cannot be rendered, and the feed goes on without it",
        "an error of ours: paper 7 cannot be rendered, and the feed goes on without it",
        "an error of ours: paper 7 cannot be rendered, and the search goes on without it",
        "an error of ours: paper 7 cannot be rendered, and the search goes on without it",
    ]
    assert all(record.exc_info for record in caplog.records)


def test_what_is_remembered_of_the_log_is_bounded(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "_MOST_LOGGED", 2)
    for row in (1, 2, 3, 1):
        log_once(log, "the feed", row, KeyError("a"))
    assert len(caplog.records) == 4
    assert len(isolation._logged) == 2
