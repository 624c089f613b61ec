"""Names of time zones: which of them this machine knows, and what to use for one that it does not.

A stored name may be unknown: zones are renamed (Europe/Kiev became Europe/Kyiv), a machine has old
data, or a row was imported. One such row must stop neither a page nor the digests of others.
"""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from typing import Final
from zoneinfo import available_timezones

log = logging.getLogger(__name__)

# Files among the zones that name none: what they mean differs from machine to machine.
_NO_ZONES: Final = frozenset(("localtime", "Factory", "posixrules"))
# Names of one zone, the newest first. Data of either age knows one of them.
_RENAMED: Final = (
    ("Europe/Kyiv", "Europe/Kiev", "Europe/Uzhgorod", "Europe/Zaporozhye"),
    ("Asia/Kolkata", "Asia/Calcutta"),
    ("Asia/Yangon", "Asia/Rangoon"),
    ("Asia/Ho_Chi_Minh", "Asia/Saigon"),
    ("Asia/Kathmandu", "Asia/Katmandu"),
    ("Asia/Dhaka", "Asia/Dacca"),
    ("Asia/Thimphu", "Asia/Thimbu"),
    ("Asia/Ulaanbaatar", "Asia/Ulan_Bator", "Asia/Choibalsan"),
    ("Asia/Shanghai", "Asia/Beijing", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin"),
    ("Asia/Qostanay", "Asia/Almaty"),
    ("Asia/Ashgabat", "Asia/Ashkhabad"),
    ("Asia/Makassar", "Asia/Ujung_Pandang"),
    ("America/Nuuk", "America/Godthab"),
    ("America/Argentina/Buenos_Aires", "America/Buenos_Aires"),
    ("America/Indiana/Indianapolis", "America/Indianapolis"),
    ("America/Kentucky/Louisville", "America/Louisville"),
    ("America/Toronto", "America/Montreal", "America/Thunder_Bay", "America/Nipigon"),
    ("America/Winnipeg", "America/Rainy_River"),
    ("America/Ciudad_Juarez", "America/Denver"),
    ("America/Los_Angeles", "US/Pacific", "US/Pacific-New"),
    ("America/Punta_Arenas", "America/Santiago"),
    ("America/Coyhaique", "America/Santiago"),
    ("Atlantic/Faroe", "Atlantic/Faeroe"),
    ("Pacific/Kanton", "Pacific/Enderbury"),
    ("Pacific/Pohnpei", "Pacific/Ponape"),
    ("Pacific/Chuuk", "Pacific/Truk"),
    ("Africa/Asmara", "Africa/Asmera"),
    ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "Zulu", "Universal"),
)


@cache
def known_zones() -> frozenset[str]:
    """The names that this machine knows."""
    return frozenset(available_timezones()) - _NO_ZONES


@lru_cache(maxsize=4096)
def usable_zone(name: str) -> str:
    """The zone to use for a stored name: itself, the same one by another name, or else UTC."""
    if name in known_zones():
        return name
    found = same_zone(name)
    if not found:
        log.warning("no time zone %r on this machine; UTC is used instead", name)
    return found or "UTC"


def same_zone(name: str) -> str:
    """A known name of the zone that this name means, in any case; empty when there is none."""
    name = " ".join(name.split()).replace(" ", "_").lower()
    if name in _in_lower_case():
        return _in_lower_case()[name]
    others = (
        other
        for names in _RENAMED
        if name in {one.lower() for one in names}
        for other in names
        if other in known_zones()
    )
    return next(others, "")


@cache
def _in_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in known_zones()}
