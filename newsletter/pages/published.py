"""Which editions the site shows: the frozen ones that hold papers, but not the cancelled ones.

A paused edition is shown: its mails wait, and the addresses of its page are in the mails that left
before.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Case, Exists, OuterRef, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from newsletter.editions.windows import page_of
from newsletter.models import Candidate, Edition, EditionQuerySet
from web.page_cache.by_version import by_version

NAMES: Final[dict[str, str | Promise]] = {
    "daily": _("Daily edition"),
    "weekly": _("Weekly edition"),
    "monthly": _("Monthly edition"),
}
# The newest of these is shown first: most readers get the week.
_BY_RANK: Final = ("weekly", "daily", "monthly")


def published(cadence: str = "") -> EditionQuerySet:
    """The editions that have a page, without their rendered mail; of one cadence or of all."""
    editions = Edition.objects.light().filter(state=Edition.State.FROZEN, cancelled_at=None)
    return editions.filter(cadence=cadence) if cadence else editions


def with_papers(editions: EditionQuerySet) -> EditionQuerySet:
    """Those that hold a paper which is not withdrawn.

    The index of candidates by edition answers it: the first living candidate ends the look.
    """
    living = Candidate.objects.filter(edition=OuterRef("pk"), paper__is_withdrawn=False)
    return editions.filter(Exists(living))


def newest(cadence: str) -> Edition | None:
    """The newest edition of a cadence that a reader can open."""
    return with_papers(published(cadence)).order_by("-day").first()


@by_version
def newest_issue_path() -> str:
    """The path of the newest weekly edition, else of a daily or a monthly one; "" without any."""
    rank = Case(*(When(cadence=name, then=place) for place, name in enumerate(_BY_RANK)))
    edition = with_papers(published()).order_by(rank, "-day").first()
    return page_of(edition) if edition else ""
