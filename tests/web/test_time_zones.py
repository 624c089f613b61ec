from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

import pytest

from web import time_zones
from web.time_zones import known_zones, same_zone, usable_zone

# What a row may hold, and ZoneInfo fails at in five different ways.
UNKNOWN = [
    *["Mars/Olympus", "CET5CEST", "localtime", "Factory", "Europe", "Europe/", ".", "x" * 64],
    *["", " ", "/etc/passwd", "../../etc/passwd", "Europe/Berlin/x", "UTC+1", "Ж", "a\nb"],
]


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_a_known_name_is_used_as_it_is(name: str) -> None:
    assert usable_zone(name) == name


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_becomes_utc(name: str) -> None:
    usable_zone.cache_clear()
    assert usable_zone(name) == "UTC"
    assert name not in known_zones()


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        (" Europe/Berlin ", "Europe/Berlin"),
        ("utc", "UTC"),
        ("Z", "UTC"),
        ("US/Pacific-New", "America/Los_Angeles"),
        ("Asia/Beijing", "Asia/Shanghai"),
    ],
)
def test_another_spelling_means_the_same_zone(name: str, zone: str) -> None:
    assert usable_zone(name) == zone


@pytest.mark.parametrize(
    ("lacking", "name", "zone"),
    [
        ("Europe/Kyiv", "Europe/Kyiv", "Europe/Kiev"),
        ("Europe/Kiev", "Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Calcutta", "Asia/Kolkata"),
        ("America/Nuuk", "America/Nuuk", "America/Godthab"),
    ],
)
def test_a_renamed_zone_is_found_with_data_of_either_age(
    monkeypatch: pytest.MonkeyPatch, lacking: str, name: str, zone: str
) -> None:
    fewer = known_zones() - {lacking}
    monkeypatch.setattr(time_zones, "known_zones", lambda: fewer)
    time_zones._in_lower_case.cache_clear()
    try:
        assert same_zone(name) == zone
    finally:
        time_zones._in_lower_case.cache_clear()


def test_every_known_zone_can_be_loaded() -> None:
    assert all(ZoneInfo(name).key == name for name in known_zones())


def test_the_log_names_an_unknown_zone_once(caplog: pytest.LogCaptureFixture) -> None:
    usable_zone.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [usable_zone("Atlantis/Capital") for _ in range(3)] == ["UTC"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "no time zone 'Atlantis/Capital' on this machine; UTC is used instead"
    ]
