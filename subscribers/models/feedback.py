"""What subscribers said of papers, and what follows from it."""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from papers.models import Paper
from subscribers.models.subscriber import Subscriber

DEFAULT_BALANCE: Final = 50
# One letter for each way of liking a paper, in ReaderProfile.liked_kinds.
LIKED_KINDS: Final = {"v": "save", "m": "more", "u": "upvote", "s": "seed"}


class Feedback(models.Model):
    """What a subscriber said of one paper: of each kind once, and of the three votes only one.

    Their saved papers are the rows of the kind `save`.
    """

    class Kind(models.TextChoices):
        SEED = "seed", _("named as a paper that they like")
        SAVE = "save", _("saved")
        MORE = "more", _("more like this")
        LESS = "less", _("less like this")
        UPVOTE = "upvote", _("upvoted")

    VOTES: ClassVar = [Kind.MORE, Kind.LESS, Kind.UPVOTE]
    # When two papers are merged (papers/catalogue/merge.py): a reader means what they said last.
    NEWEST_STAYS: ClassVar = "at"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="feedback")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="feedback")
    kind = models.CharField(max_length=6, choices=Kind)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name_plural = "saved papers and feedback"
        # For what was said lately: the count of votes, the figures of the admin.
        indexes: ClassVar = [models.Index(fields=["at"], name="feedback_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber", "paper", "kind"], name="feedback_kind_once"
            ),
            models.UniqueConstraint(
                fields=["subscriber", "paper"],
                condition=Q(kind__in=["more", "less", "upvote"]),
                name="feedback_vote_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.paper}"


class ReaderProfile(models.Model):
    """What a subscriber's feedback says of their taste, as the sender reads it.

    What is liked and disliked is computed from Feedback at each change of it: at most 20 papers
    each, the newest first. The other columns are the subscriber's own settings.
    """

    subscriber = models.OneToOneField(
        Subscriber, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    liked = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of papers.")
    liked_days = ArrayField(
        models.IntegerField(),
        default=list,
        help_text="The days of that feedback, counted from 1970-01-01, in the same order.",
    )
    liked_kinds = models.CharField(
        max_length=20,
        default="",
        db_default="",
        blank=True,
        help_text="How each of them was liked, in the same order: LIKED_KINDS.",
    )
    disliked = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of papers.")
    disliked_days = ArrayField(models.IntegerField(), default=list)
    balance = models.PositiveSmallIntegerField(
        default=DEFAULT_BALANCE,
        db_default=DEFAULT_BALANCE,
        help_text="From 0, what is popular, to 100, what is like the liked papers.",
    )
    ignored_topics = ArrayField(
        models.CharField(max_length=50),
        default=list,
        db_default=[],
        help_text="Slugs: likeness to liked papers does not count for papers of these topics.",
    )
    ignored_words = ArrayField(
        models.CharField(max_length=80),
        default=list,
        db_default=[],
        help_text="Likeness to liked papers does not count for papers that mention these.",
    )
    forgotten_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Feedback from before says nothing of the reader any more: they wished it.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(balance__lte=100), name="profile_balance_exists")
        ]

    def __str__(self) -> str:
        return f"{len(self.liked)} liked, {len(self.disliked)} disliked"
