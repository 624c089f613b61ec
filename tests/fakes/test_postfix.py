"""What a benchmark reads from the programs of Debian's postfix package."""

from __future__ import annotations

import pytest

from fakes.postfix import last_count, wait_for


@pytest.mark.parametrize(
    ("output", "mails"),
    [
        (b"sess=0 quit=0 mesg=1\rsess=1 quit=0 mesg=12\r", 12),
        (b"sess=0 quit=0 mesg=13\rsess=1 quit=0 me", 13),
        (b"sg=14\r", 14),
        (b"sess=0 qu", 7),
    ],
)
def test_only_whole_counters_of_the_sink_are_read(output: bytes, mails: int) -> None:
    assert last_count(output, before=7) == mails


def test_a_wait_without_end_ends_the_program() -> None:
    with pytest.raises(SystemExit, match="in vain for a mail"):
        wait_for(lambda: False, "a mail", seconds=0.01, pause=0.001)
