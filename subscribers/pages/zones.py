"""The options of the field for the time zone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from web.time_zones import known_zones

# Regions of the tz database; the rest are old names (US/Eastern) and machine zones (Etc/GMT+3).
_REGIONS: Final = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def zone_choices(chosen: str) -> list[tuple[str, Any]]:
    """Options for a <select>, grouped by region: [("UTC", "UTC"), ("Africa", [(name, city) …]) …].

    A browser may send an old name of its zone, which the groups leave out: `chosen` is always
    an option, or a form shown again would lose it.
    """
    groups = _zone_groups()
    known = {"UTC"} | {name for _, zones in groups for name, _ in zones}
    extra = [] if chosen in known else [(chosen, chosen.replace("_", " "))]
    return [("UTC", "UTC"), *extra, *groups]


@cache
def _zone_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    names = sorted(known_zones())
    return [(region, _cities(region, names)) for region in _REGIONS]


def _cities(region: str, names: Iterable[str]) -> list[tuple[str, str]]:
    prefix = f"{region}/"
    return [
        (name, name.removeprefix(prefix).replace("_", " ").replace("/", ", "))
        for name in names
        if name.startswith(prefix)
    ]
