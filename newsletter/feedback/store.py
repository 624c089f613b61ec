"""Store what a reader says of several papers at one press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from newsletter.feedback.opinions import NO_VOTE, Choice, Opinion, opinions_of
from papers.catalogue.hold import hold_papers
from papers.models import Paper
from subscribers.feedback.save import save_paper, unsave_paper
from subscribers.feedback.vote import vote
from subscribers.models import Feedback, Subscriber


class NotActive(Exception):
    """The subscriber gets no digests: nothing was stored."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed for one paper. `is_full`: their list had no room, so it is not saved;
    `is_again`: it was saved before the reader let us forget what we learned, and counts anew."""

    paper: Paper
    before: Opinion
    now: Opinion
    is_full: bool = False
    is_again: bool = False

    @property
    def vote(self) -> str:
        """The vote that was given, none when one was taken back, "" when it stayed."""
        return self.now.vote if self.now.vote != self.before.vote else ""

    @property
    def is_liked(self) -> bool:
        """Whether it makes the paper one that the reader likes."""
        if self.now.vote == "less":
            return False
        return self.vote in ("more", "upvote") or self.saving == "saved"

    @property
    def saving(self) -> str:
        """saved, removed, full, or "" when the list stayed."""
        if self.is_full:
            return "full"
        if self.is_again:
            return "saved"
        if self.now.is_saved == self.before.is_saved:
            return ""
        return "saved" if self.now.is_saved else "removed"


@transaction.atomic
def store(
    subscriber: Subscriber, papers: Sequence[Paper], choices: Mapping[int, Choice], now: datetime
) -> list[Change]:
    """Store what the choices change, and return what is another now. Repeating is safe.

    A paper that was deleted since it was read is left out.

    Raises:
        NotActive: they left at this moment.
        Subscriber.DoesNotExist: they were erased at this moment.
    """
    subscriber.lock()
    if subscriber.state != Subscriber.State.ACTIVE:
        raise NotActive
    here = hold_papers(paper.pk for paper in papers if paper.pk in choices)
    stored = opinions_of(subscriber, here)
    changes = [
        _change(subscriber, paper, stored[paper.pk], choices[paper.pk], now)
        for paper in papers
        if paper.pk in here
    ]
    return [change for change in changes if change.vote or change.saving]


def _change(
    subscriber: Subscriber, paper: Paper, stored: Opinion, choice: Choice, now: datetime
) -> Change:
    """Bring one paper from what is stored to what was chosen, as far as the reader changed it."""
    wanted, result = _wanted(stored, choice), ""
    if wanted.vote != stored.vote:
        vote(subscriber, paper, _kind(wanted.vote), now)
    if choice.now.is_saved and not choice.before.is_saved:
        result = save_paper(subscriber, paper, now)
    elif stored.is_saved and not wanted.is_saved:
        unsave_paper(subscriber, paper.pk)
    is_full, is_again = result == "too many", result == "saved" and stored.is_saved
    now_said = wanted._replace(is_saved=wanted.is_saved and not is_full)
    return Change(paper, stored, now_said, is_full, is_again)


def _wanted(stored: Opinion, choice: Choice) -> Opinion:
    before, now = choice
    return Opinion(
        now.vote if now.vote != before.vote else stored.vote,
        now.is_saved if now.is_saved != before.is_saved else stored.is_saved,
    )


def _kind(text: str) -> Feedback.Kind | None:
    return None if text == NO_VOTE else Feedback.Kind(text)
