"""What a reader says of a paper, as a form sends it: their vote, and whether it is saved.

A form holds for each paper what its reader had said when the page was made. So only what they
changed is stored, and a page that was left open in another tab takes nothing back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from subscribers.models import Feedback, Subscriber

NO_VOTE: Final = "none"
_VOTES: Final = frozenset(kind.value for kind in Feedback.VOTES)
_SAVED: Final = Feedback.Kind.SAVE.value
_STORED: Final = [*Feedback.VOTES, Feedback.Kind.SAVE]


class Opinion(NamedTuple):
    """What a reader says of one paper: `vote` is more, less, upvote or none."""

    vote: str = NO_VOTE
    is_saved: bool = False

    @property
    def as_field(self) -> str:
        """ "more save": the value of a hidden field."""
        return f"{self.vote} {_SAVED}" if self.is_saved else self.vote

    def said(self, word: str) -> Opinion:
        """The same after one more word of the reader: more, less, upvote or save."""
        return self._replace(is_saved=True) if word == _SAVED else self._replace(vote=word)


class Choice(NamedTuple):
    """What a form holds of one paper: what was said before, and what is said now."""

    before: Opinion
    now: Opinion


def opinions_of(subscriber: Subscriber, paper_ids: Collection[int]) -> dict[int, Opinion]:
    """What the reader says of each of these papers. One query, by feedback_kind_once."""
    found = dict.fromkeys(paper_ids, Opinion())
    rows = subscriber.feedback.filter(paper__in=paper_ids, kind__in=_STORED).order_by()
    for paper_id, kind in rows.values_list("paper_id", "kind"):
        found[paper_id] = found[paper_id].said(kind)
    return found


def choices_in(fields: Mapping[str, str], paper_ids: Collection[int]) -> dict[int, Choice]:
    """What a form says of these papers. A paper without its hidden field is in no form of ours.

    Args:
        fields: `was-ID` as `Opinion.as_field`, `vote-ID`, and `save-ID` if that box is marked.
    """
    return {
        paper_id: _choice(before, fields, paper_id)
        for paper_id in paper_ids
        if (before := _from_field(fields.get(f"was-{paper_id}", ""))) is not None
    }


def _choice(before: Opinion, fields: Mapping[str, str], paper_id: int) -> Choice:
    vote = fields.get(f"vote-{paper_id}", "")
    now = Opinion(vote if _is_vote(vote) else before.vote, f"save-{paper_id}" in fields)
    return Choice(before, now)


def _from_field(text: str) -> Opinion | None:
    vote, _, saved = text.partition(" ")
    return Opinion(vote, saved == _SAVED) if _is_vote(vote) else None


def _is_vote(text: str) -> bool:
    return text == NO_VOTE or text in _VOTES
