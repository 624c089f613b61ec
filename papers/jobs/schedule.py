"""When jobs run: their slots, what a failure changes, and which days of lists are owed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from papers.jobs.fetching import Harvest

FIRST_RETRY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Slot:
    """Every hour at `minute`, or with an `hour` every day at hour:minute; UTC."""

    minute: int
    hour: int | None = None

    @property
    def period(self) -> timedelta:
        return timedelta(hours=1) if self.hour is None else timedelta(days=1)

    def next(self, after: datetime) -> datetime:
        """The first instant of the slot later than `after` (aware), in UTC."""
        at = after.astimezone(UTC).replace(minute=self.minute, second=0, microsecond=0)
        if self.hour is not None:
            at = at.replace(hour=self.hour)
        return at if at > after else at + self.period

    def __str__(self) -> str:
        if self.hour is None:
            return f"hourly at :{self.minute:02}"
        return f"daily at {self.hour:02}:{self.minute:02}"


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a job that is recorded by itself; `work` does it, and says what it brought.

    `day` is that of the list that it reads, where it reads one.
    """

    work: Callable[[], Harvest]
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A job of the timetable: what it does, whom it asks for that, when, and in which steps.

    `steps` gets the time of the run. Each step is asked for only when the one before is
    done, so a job may look after each what is left.
    """

    name: str
    source: str  # empty for work on our own tables
    slot: Slot
    what: str
    steps: Callable[[datetime], Iterable[Step]] = field(repr=False)
    needs: str = ""  # a setting besides SOURCES without which it stays off


def after_failure(
    slot: Slot, now: datetime, failures: int, *, permanent: bool, retry_after: float | None = None
) -> datetime:
    """When to try again: 5, 10, 20 … minutes later, at the latest at the next slot.

    A permanent failure waits for the slot. `retry_after`, the seconds a source asked for, is
    kept to even past the slot, up to a day.
    """
    asked = now + min(timedelta(seconds=retry_after or 0), timedelta(days=1))
    if permanent:
        return max(slot.next(now), asked)
    wait = FIRST_RETRY * (1 << min(failures - 1, 10))
    return max(min(slot.next(now), now + wait), asked)


def owed_days(today: date, read: Collection[date], back: int) -> list[date]:
    """The days whose lists are to be read, newest first.

    Today's always, since it still grows; then each of the `back` days before it that is not
    in `read`, the days whose list was read after the day was over.
    """
    before = (today - timedelta(days=ago) for ago in range(1, back + 1))
    return [today, *(day for day in before if day not in read)]


def is_late(last_success: datetime | None, slot: Slot, now: datetime) -> bool:
    """Whether two slots have passed without a success. A job that never ran is not late yet."""
    return last_success is not None and now - last_success > 2 * slot.period
