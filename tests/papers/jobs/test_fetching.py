"""A run of a source: what it forgives, when it ends, and what it keeps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from papers.jobs.fetching import Gathering, Harvest, missing, remember_missing
from papers.sources import SourceError

BROKEN = SourceError("it broke", permanent=False)
WRONG = SourceError("it is wrong")
SPENT = SourceError("come back later", permanent=False, retry_after=90.0)


class Shelf:
    """Things to read, some of which fail, and what became of each."""

    def __init__(self, **failures: SourceError | None) -> None:
        self.failures = failures
        self.asked = ""
        self.stored: list[str] = []
        self.forgotten = ""

    def read(self, name: str) -> str | None:
        self.asked += name
        if failure := self.failures.get(name):
            raise failure
        return None if name in self.failures else name

    def store(self, names: Sequence[str]) -> Harvest:
        self.stored.append("".join(names))
        return Harvest(papers=len(names), signals=len(names))

    def forget(self, name: str) -> None:
        self.forgotten += name

    def gather(self, names: str, run: Gathering | None = None, together: int = 20) -> Gathering:
        run = run or Gathering()
        run.each(names, self.read, self.store, forget=self.forget, together=together)
        return run


def test_it_stores_some_at_a_time_and_the_rest_at_the_end() -> None:
    shelf = Shelf()
    harvest = shelf.gather("abcde", together=2).end()
    assert shelf.stored == ["ab", "cd", "e"]
    assert harvest == Harvest(papers=5, signals=5)


def test_what_a_service_does_not_have_is_counted_and_forgotten() -> None:
    shelf = Shelf(b=None)
    assert shelf.gather("abc").end() == Harvest(papers=2, signals=2, unknown=1)
    assert shelf.forgotten == "b"


def test_what_fails_alone_is_left_out_and_noted() -> None:
    shelf = Shelf(b=BROKEN, d=BROKEN)
    harvest = shelf.gather("abcde").end()
    assert (shelf.stored, shelf.forgotten) == (["ace"], "")
    assert harvest.trouble
    assert (harvest.trouble.reason, harvest.trouble.permanent) == ("left out: it broke", True)


def test_what_is_wrong_for_good_is_forgotten() -> None:
    shelf = Shelf(b=WRONG)
    shelf.gather("abc")
    assert shelf.forgotten == "b"


def test_three_failures_in_a_row_end_the_run_and_keep_what_came() -> None:
    shelf = Shelf(b=BROKEN, c=BROKEN, d=BROKEN)
    harvest = shelf.gather("abcdef").end()
    assert (shelf.asked, shelf.stored) == ("abcd", ["a"])
    assert harvest.trouble is BROKEN


def test_a_used_up_quota_ends_the_run_at_once() -> None:
    shelf = Shelf(b=SPENT)
    run = shelf.gather("abc")
    shelf.gather("xyz", run)
    assert shelf.asked == "ab"
    assert run.end().trouble is SPENT


def test_nothing_but_trouble_is_an_error() -> None:
    with pytest.raises(SourceError) as error:
        Shelf(a=BROKEN).gather("a").end()
    assert error.value is BROKEN


def test_nothing_to_read_is_no_trouble() -> None:
    assert Shelf().gather("").end() == Harvest()


def test_harvests_add_up_and_the_last_trouble_counts() -> None:
    one = Harvest(1, 2, 3, 4, BROKEN)
    assert one + Harvest(10, 20, 30, 40) == Harvest(11, 22, 33, 44, BROKEN)
    assert (one + Harvest(trouble=WRONG)).trouble is WRONG


def test_a_harvest_tells_of_itself_in_words() -> None:
    assert str(Harvest(papers=3, new=1, signals=9)) == "3 papers, 1 new; 9 signals"
    assert str(Harvest(unknown=2)) == "0 papers, 0 new; 0 signals; 2 unknown there"


def test_what_is_missing_is_remembered_by_source() -> None:
    remember_missing("github", "a/b")
    assert missing("github", ["a/b", "c/d"]) == {"a/b"}
    assert missing("hugging_face", ["a/b"]) == set()
