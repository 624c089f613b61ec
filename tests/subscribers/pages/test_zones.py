"""The options of the field for the time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from subscribers.pages.zones import zone_choices


def test_every_zone_among_the_options_exists() -> None:
    offered = [
        name
        for value, label in zone_choices("UTC")
        for name in ([value] if isinstance(label, str) else [zone for zone, _ in label])
    ]
    assert set(offered) <= available_timezones()
    assert len(offered) == len(set(offered)) > 400


def test_an_old_name_of_a_zone_is_an_option_where_it_was_chosen() -> None:
    assert zone_choices("US/Eastern")[1] == ("US/Eastern", "US/Eastern")
    assert zone_choices("Europe/Berlin")[1][0] == "Africa"
