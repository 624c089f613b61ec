"""The journal is true at every moment, whatever the server does: a kill can come at any of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.smtp_sink import sinking
from fakes.smtp_sink_rules import Moment, Reply
from mail.journal import Journal, Remains, boot_id, parse
from mail.outcome import Outcome
from mail.smtp import pool
from mail.smtp.pool import SmtpTransport
from tests.mail.smtp.bursts import BACKEND, make_burst
from tests.mail.smtp.test_pool_promises import COUNT, Faults, correct, faults

pytestmark = pytest.mark.skipif(not boot_id(), reason="journals need the boot id of Linux")


@pytest.fixture(autouse=True)
def _smtp() -> Iterator[None]:
    with override_settings(
        EMAIL_BACKEND=BACKEND,
        EMAIL_HOST="127.0.0.1",
        EMAIL_TIMEOUT=0.2,
        MAIL_DOMAIN="papers.test",
    ):
        yield


@pytest.fixture(autouse=True, params=["near", "far"])
def _distance(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_NEAR", float("inf") if request.param == "near" else 0)
        yield


def number_of(moment: Moment) -> int:
    return int(moment.to.removeprefix("reader").partition("@")[0])


class Witness:
    """Misbehaves as `faults` says; reads the journal whenever a whole message has arrived."""

    def __init__(self, misbehave: Faults, folder: Path) -> None:
        self._misbehave = misbehave
        self._folder = folder
        self.not_noted: list[int] = []
        self.most_in_doubt = 0

    def __call__(self, moment: Moment) -> Reply:
        if moment.verb == "end" and not self._is_refused(number_of(moment)):
            remains = self.read()
            self.most_in_doubt = max(self.most_in_doubt, len(remains.begun))
            if number_of(moment) not in remains.begun:
                self.not_noted.append(number_of(moment))
        return self._misbehave(moment)

    def _is_refused(self, number: int) -> bool:
        """Whether only a lone dot came: its transaction had ended before."""
        return self._misbehave.refused.get(number, ("",))[0] in ("RCPT", "DATA")

    def read(self) -> Remains:
        [path] = self._folder.glob("*.journal")
        remains = parse(path.read_text())
        assert remains
        return remains


@settings(max_examples=60, deadline=None)
@given(faults=faults, server=st.fixed_dictionaries(correct), workers=st.integers(1, 3))
def test_a_message_is_noted_before_it_leaves_and_with_its_outcome(
    faults: Faults, server: dict[str, object], workers: int
) -> None:
    with TemporaryDirectory() as folder:
        witness, journal = Witness(faults, Path(folder)), Journal(Path(folder))
        journal.start("7")
        burst = make_burst(COUNT)
        journal.plan(one.reference for one in burst)
        with (
            sinking(witness, **server) as sink,
            override_settings(EMAIL_PORT=sink.port, SMTP_CONNECTIONS=workers),
            SmtpTransport() as sender,
        ):
            outcomes = sender.send(burst, journal)
        journal.flush()
        remains = witness.read()
        journal.clear()
        journal.close()
    assert witness.not_noted == []
    assert witness.most_in_doubt <= workers + len(numbers(outcomes, "unknown"))
    ids = {state: numbers(outcomes, state) for state in ("accepted", "unknown")}
    assert (set(remains.outcomes), remains.begun) == (ids["accepted"], ids["unknown"])
    assert remains.never_begun == remains.planned - ids["accepted"] - ids["unknown"]


def numbers(outcomes: list[Outcome], state: str) -> set[int]:
    """The messages, counted from 1, with this outcome."""
    return {number for number, outcome in enumerate(outcomes, 1) if outcome.state == state}
