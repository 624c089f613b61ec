"""When jobs run: their slots, the next run after a failure, the days whose lists to fetch. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from papers.jobs.fetching import FetchReport

FIRST_RETRY: Final = timedelta(minutes=5)
_LONGEST_RETRY_AFTER: Final = timedelta(days=1)  # a source may request any number of seconds


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
    """A part of a job with its own record. `work` does it and returns what it fetched.

    `day` is the day of the list that it reads; None when it reads no list.
    """

    work: Callable[[], FetchReport]
    day: date | None = None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job of the timetable: its source, its slot and its steps.

    `steps` takes the time of the run. The next step is requested only after the one before it
    is done, so a job can decide after each step what is left to do.
    """

    name: str
    source: str  # empty for work on our own tables
    slot: Slot
    what: str
    steps: Callable[[datetime], Iterable[Step]] = field(repr=False)
    needs: str = ""  # a setting besides SOURCES; while it is empty the job is disabled
    brings_papers: bool = False  # a day is complete only after a read of it that began after it
    wakes: tuple[str, ...] = ()  # jobs that are due as soon as a step of this one stored papers
    waiting: Callable[[], int] | None = field(default=None, repr=False)  # papers it has yet to do


def after_failure(
    slot: Slot, now: datetime, failures: int, *, permanent: bool, retry_after: float | None = None
) -> datetime:
    """When to try again: 5, 10, 20 … minutes later, at the latest at the next slot.

    After a permanent failure: at the next slot. Never sooner than `retry_after`, the seconds that
    a source requested, even past the slot; of these at most a day counts.
    """
    earliest = now + min(timedelta(seconds=retry_after or 0), _LONGEST_RETRY_AFTER)
    if permanent:
        return max(slot.next(now), earliest)
    pause = FIRST_RETRY * (1 << min(failures - 1, 10))  # more than any period, and no overflow
    return max(min(slot.next(now), now + pause), earliest)


def days_to_fetch(today: date, fetched: Collection[date], back: int) -> list[date]:
    """The days whose lists to fetch, newest first.

    Always today, since its list still grows; then each of the `back` days before it that is not
    in `fetched`, the days whose list was fetched after the day was over.
    """
    before = (today - timedelta(days=ago) for ago in range(1, back + 1))
    return [today, *(day for day in before if day not in fetched)]


def is_late(last_success: datetime | None, slot: Slot, now: datetime) -> bool:
    """Whether two slots have passed without a success. A job that never succeeded is not late."""
    return last_success is not None and now - last_success > 2 * slot.period
