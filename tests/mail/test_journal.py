"""What a process wrote to its journal is read by another one after it has been killed."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mail import journal as journals
from mail.journal import Journal, Remains, boot_id, parse, remains_in
from mail.outcome import Outcome, State

ACCEPTED = Outcome("accepted", provider_id="250 2.0.0 Ok: queued as 4F2A")
REFUSED = Outcome("refused", error="550 5.1.1 no such user", is_hard_bounce=True)

pytestmark = pytest.mark.skipif(not boot_id(), reason="journals need the boot id of Linux")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path)
    yield made
    made.close()


def files(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("*.journal")]


def killed(folder: Path, *steps: str) -> None:
    """A process that takes these steps with its journal, and is then killed."""
    program = [
        "import os, signal, sys",
        "from pathlib import Path",
        "from mail.journal import Journal",
        "from mail.outcome import Outcome",
        "j = Journal(Path(sys.argv[1]))",
        *steps,
        "os.kill(os.getpid(), signal.SIGKILL)",
    ]
    command = [sys.executable, "-c", "\n".join(program), str(folder)]
    assert subprocess.run(command, check=False).returncode == -9


def test_a_killed_process_leaves_what_it_planned_began_and_was_answered(tmp_path: Path) -> None:
    killed(
        tmp_path,
        "j.start('edition 7'); j.plan([1, 2, 3, 4])",
        "j.begin(1); j.begin(2)",
        "j.finish(1, Outcome('accepted', provider_id='250 2.0.0 Ok: queued as 4F2A'))",
        "j.begin(3)",
    )
    [remains] = remains_in(tmp_path)
    assert remains == Remains("edition 7", {1, 2, 3, 4}, {2, 3}, {1: ACCEPTED})
    assert remains.never_begun == {4}


def test_what_was_left_is_read_once(tmp_path: Path) -> None:
    killed(tmp_path, "j.start('7'); j.plan([1])")
    assert len(list(remains_in(tmp_path))) == 1
    assert list(remains_in(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_is_kept_when_its_reader_fails(tmp_path: Path) -> None:
    killed(tmp_path, "j.start('7'); j.plan([1])")
    with closing(remains_in(tmp_path)) as reader:  # as an error in the body of its loop does
        next(reader)
    assert len(list(remains_in(tmp_path))) == 1


def test_two_readers_do_not_get_the_same_journal(tmp_path: Path) -> None:
    killed(tmp_path, "j.start('7'); j.plan([1])")
    reader = remains_in(tmp_path)
    next(reader)
    assert list(remains_in(tmp_path)) == []
    assert list(reader) == []


def test_a_process_that_lives_is_left_alone(tmp_path: Path, journal: Journal) -> None:
    journal.start("7")
    journal.plan([1])
    assert list(remains_in(tmp_path)) == []
    assert len(files(tmp_path)) == 1


def test_a_claim_that_was_not_cleared_is_left_to_be_read(tmp_path: Path, journal: Journal) -> None:
    journal.start("7")
    journal.plan([1])
    journal.start("8")
    assert [remains.owner for remains in remains_in(tmp_path)] == ["7"]


def test_a_cleared_journal_says_nothing(tmp_path: Path, journal: Journal) -> None:
    journal.start("7")
    journal.begin(1)
    journal.clear()
    assert files(tmp_path) == [""]
    journal.start("8")
    assert files(tmp_path) == ['{"owner": "8"}\n']


def test_a_closed_journal_leaves_no_file(tmp_path: Path) -> None:
    closed = Journal(tmp_path)
    closed.start("7")
    closed.clear()
    closed.close()
    assert list(tmp_path.iterdir()) == []


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = Journal(tmp_path / "journal")
        made.start("7")
    finally:
        os.umask(before)
    [path] = (tmp_path / "journal").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    made.close()


def test_the_content_of_an_earlier_boot_proves_nothing(tmp_path: Path) -> None:
    foreign = tmp_path / "0000-of-another-boot.1.journal"
    foreign.write_text('{"owner": "7"}\n= 1\n')
    assert list(remains_in(tmp_path)) == []
    assert foreign.exists()
    os.utime(foreign, (0, 0))
    assert list(remains_in(tmp_path)) == []
    assert not foreign.exists()


def test_without_a_boot_id_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "boot_id", lambda: "")
    made = Journal(tmp_path)
    made.start("7")
    made.begin(1)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_cannot_be_written_is_emptied_and_sending_goes_on(
    tmp_path: Path, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    journal.start("7")
    journal.plan([1, 2])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30, hard))  # like a full disk
    try:
        for number in range(20):
            journal.begin(number)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(tmp_path) == [""]
    assert "cannot be written" in caplog.text
    assert list(remains_in(tmp_path)) == []


def test_a_journal_whose_folder_was_deleted_begins_a_new_file(
    tmp_path: Path, journal: Journal
) -> None:
    journal.start("7")
    journal.clear()
    [path] = tmp_path.iterdir()
    path.unlink()
    journal.start("8")
    assert files(tmp_path) == ['{"owner": "8"}\n']
    shutil.rmtree(tmp_path)
    journal.plan([1])
    assert files(tmp_path) == ['{"owner": "8"}\n= 1\n']


def test_files_that_cannot_be_deleted_stop_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The folder is another user's, or read-only since an error of its disk."""
    (foreign := tmp_path / "0000-of-another-boot.1.journal").mkdir()
    os.utime(foreign, (0, 0))
    killed(tmp_path, "j.start('7'); j.plan([1])")
    killed(tmp_path, "j.start('8'); j.plan([2])")

    def refuse(_path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert sorted(remains.owner for remains in remains_in(tmp_path)) == ["7", "8"]
    assert "cannot be deleted" in caplog.text


def test_an_answer_is_written_with_the_next_line(tmp_path: Path, journal: Journal) -> None:
    journal.start("7")
    journal.begin(1)
    journal.finish(1, ACCEPTED)
    assert "+ 1" not in files(tmp_path)[0]
    journal.begin(2)
    assert files(tmp_path)[0].endswith("> 1\n+ 1 250 2.0.0 Ok: queued as 4F2A\n> 2\n")
    journal.answer(2, REFUSED)
    journal.flush()
    assert files(tmp_path)[0].splitlines()[-1].startswith("! 2 {")


def test_an_outcome_is_read_as_it_was_written(tmp_path: Path, journal: Journal) -> None:
    odd = Outcome("deferred", error="451 später\u2028\n\ud800", retry_after=60.0, disputed=True)
    journal.start("7")
    for number, outcome in enumerate([ACCEPTED, REFUSED, odd]):
        journal.answer(number, outcome)
    journal.finish(3, Outcome("accepted", provider_id="two\nlines\r\n> 4"))
    journal.flush()
    remains = parse(files(tmp_path)[0])
    assert remains
    assert [remains.outcomes[number] for number in range(3)] == [ACCEPTED, REFUSED, odd]
    assert remains.outcomes[3].provider_id == "two lines > 4"
    assert remains.begun == set()


@pytest.mark.parametrize("state", ["refused", "deferred", "misconfigured"])
def test_what_was_not_accepted_may_be_tried_again_until_its_outcome_is_final(
    tmp_path: Path, journal: Journal, state: State
) -> None:
    journal.start("7")
    journal.plan([1])
    journal.begin(1)
    journal.finish(1, Outcome(state))
    journal.flush()
    remains = parse(files(tmp_path)[0])
    assert remains
    assert remains.never_begun == {1}
    journal.answer(1, Outcome("deferred", error="the mail server takes no mail"))
    journal.flush()
    remains = parse(files(tmp_path)[0])
    assert remains
    assert remains.outcomes[1].error == "the mail server takes no mail"


def test_what_is_unknown_stays_in_doubt(tmp_path: Path, journal: Journal) -> None:
    journal.start("7")
    journal.begin(1)
    journal.finish(1, Outcome("unknown"))
    journal.flush()
    remains = parse(files(tmp_path)[0])
    assert remains
    assert remains.begun == {1}


def lines(*those: str) -> str:
    return "".join(f"{line}\n" for line in ('{"owner": "7"}', *those))


@pytest.mark.parametrize(
    ("those", "begun", "never_begun"),
    [
        (["= 1 2"], set(), {1, 2}),
        (["= 1 2", "> 1"], {1}, {2}),
        (["= 1 2", "> 1", "< 1"], set(), {1, 2}),
        (["= 1 2", "> 1", "< 1", "> 1"], {1}, {2}),
        (["= 1", "> 1", "+ 1 ok"], set(), set()),
        # A second attempt under the same claim.
        (["= 1", "> 1", "+ 1 ok", "> 1"], {1}, set()),
    ],
)
def test_the_last_line_of_a_message_counts(
    those: list[str], begun: set[int], never_begun: set[int]
) -> None:
    remains = parse(lines(*those))
    assert remains
    assert (remains.begun, remains.never_begun) == (begun, never_begun)


def test_an_incomplete_last_line_does_not_count() -> None:
    remains = parse(lines("= 12 1234", "> 12") + "> 12")
    assert remains
    assert (remains.begun, remains.never_begun) == ({12}, {1234})


@pytest.mark.parametrize(
    "text",
    ["", "\n", "= 1\n", "[]\n", '{"owner"', lines("what"), lines("> x"), lines("! 1 {"), lines("")],
)
def test_of_a_journal_with_an_invalid_line_nothing_is_used(text: str) -> None:
    assert parse(text) is None


def test_an_outcome_of_another_version_is_not_used() -> None:
    assert parse(lines("! 1 " + json.dumps({"state": "refused", "colour": "red"}))) is None
