"""Merge two rows of the same paper into one.

The foreign keys to a paper, of all apps, come from Django's registry of relations: this module
imports no other app, and no new table can be forgotten. (Django documents `_meta` and
`_base_manager`; the underscore only keeps them apart from the names of fields.)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from django.db.models import (
    PROTECT,
    RESTRICT,
    Exists,
    ForeignKey,
    ManyToOneRel,
    Model,
    OuterRef,
    Q,
    QuerySet,
    UniqueConstraint,
)

from papers.catalogue.hold import hold_for_deletion
from papers.catalogue.short_summaries import outranks
from papers.models import Paper

_FIELDS: Final = (
    "arxiv_id", "title", "title_key", "authors", "summary", "categories", "keywords",
    "published_on", "code_url", "project_url",
)  # fmt: skip
# A text, and what says whose it is: both are taken from one row.
_ORGANIZATION: Final = ("organization", "organization_url")
_SHORT_SUMMARY: Final = ("short_summary", "short_summary_source")
_log = logging.getLogger(__name__)
Key = ForeignKey[Model, Model]


def merge(named: Paper, nameless: Paper) -> Paper | None:
    """Merge a row with an arXiv id and one without; returns the row that stays.

    A field that both rows have is taken from `named`. The older row stays, since its number is
    part of published links; but a row that a frozen edition protects always stays. When both are
    protected nothing changes and the result is None: a sent digest that changes would be worse
    than a paper with two rows. Call it inside a transaction.
    """
    hold_for_deletion([named.pk, nameless.pk])
    kept, lost = sorted((named, nameless), key=lambda paper: (not _is_protected(paper), paper.pk))
    if _is_protected(lost):
        _log.warning("Papers %d and %d are the same, but both are in editions.", kept.pk, lost.pk)
        return None
    for key in _keys_to_papers():
        _move_rows(key, lost, kept)
    lost_id = lost.pk
    lost.delete()
    _combine(named, nameless, into=kept)
    kept.save()
    _log.info("Paper %d was merged into paper %d.", lost_id, kept.pk)
    return kept


def _combine(named: Paper, nameless: Paper, *, into: Paper) -> None:
    for name in _FIELDS:
        setattr(into, name, getattr(named, name) or getattr(nameless, name))
    _copy(named if named.organization else nameless, into, _ORGANIZATION)
    better = outranks(nameless.short_summary_source, named.short_summary_source)
    _copy(nameless if nameless.short_summary and better else named, into, _SHORT_SUMMARY)
    into.listed_on, into.listed_at = _first_listing(into) or _first_day(named, nameless)
    into.is_unlisted = named.is_unlisted and nameless.is_unlisted
    into.is_sample = named.is_sample and nameless.is_sample
    # Else a withdrawn paper would be back in all lists as soon as its older row was found.
    _combine_withdrawals(named, nameless, into=into)
    into.arxiv_version = named.arxiv_version or nameless.arxiv_version


def _copy(source: Paper, into: Paper, names: Iterable[str]) -> None:
    for name, value in [(name, getattr(source, name)) for name in names]:
        setattr(into, name, value)


def _combine_withdrawals(named: Paper, nameless: Paper, *, into: Paper) -> None:
    """An operator's withdrawal counts before a source's, and the named row's before the other's."""
    gone = [paper for paper in (named, nameless) if paper.is_withdrawn]
    restored = [paper.restored_on for paper in (named, nameless) if paper.restored_on]
    decisive = min(gone, key=lambda paper: paper.withdrawn_by != "", default=named)
    facts = (decisive.is_withdrawn, decisive.withdrawn_on, decisive.withdrawn_by)
    into.is_withdrawn, into.withdrawn_on, into.withdrawn_by = facts
    into.restored_on = max(restored, default=None)


def _first_listing(paper: Paper) -> tuple[date, datetime] | None:
    """The first day whose list shows the paper, and when that was read; None: only announced."""
    listings = paper.listings.order_by("day", "read_at")
    return listings.values_list("day", "read_at").first()


def _first_day(*papers: Paper) -> tuple[date, datetime]:
    """The earliest day of announced papers; of those that only readers named, if no other is."""
    announced = [paper for paper in papers if not paper.is_unlisted]
    return min((paper.listed_on, paper.listed_at) for paper in announced or papers)


def _keys_to_papers() -> Iterator[Key]:
    """Every foreign key to a paper, including those of hidden many-to-many tables."""
    for relation in Paper._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if isinstance(relation, ManyToOneRel):  # a OneToOneField has one too
            yield relation.field


def _is_protected(paper: Paper) -> bool:
    return any(
        key.remote_field.on_delete in (PROTECT, RESTRICT) and _rows(key, paper).exists()
        for key in _keys_to_papers()
    )


def _move_rows(key: Key, lost: Paper, kept: Paper) -> None:
    """Move the rows of `lost` to `kept`, and delete those that `kept` already has.

    Of two rows of a model that names a time in NEWEST_STAYS the newer one stays.
    """
    time = getattr(key.model, "NEWEST_STAYS", "")
    for columns, condition in _unique_with(key):
        same = {column: OuterRef(column) for column in columns}
        moving, staying = (_rows(key, paper).filter(condition) for paper in (lost, kept))
        if time:
            newer = moving.filter(**same, **{f"{time}__gt": OuterRef(time)})
            staying.filter(Exists(newer)).delete()
        moving.filter(Exists(staying.filter(**same))).delete()
    _rows(key, lost).update(**{key.name: kept})


def _unique_with(key: Key) -> Iterator[tuple[list[str], Q]]:
    """The unique constraints on this key: their other columns, and the condition of each."""
    if key.unique:
        yield [], Q()
    options = key.model._meta  # noqa: SLF001
    for together in options.unique_together:
        if key.name in together:
            yield [name for name in together if name != key.name], Q()
    for constraint in options.constraints:
        if isinstance(constraint, UniqueConstraint) and key.name in constraint.fields:
            others = [name for name in constraint.fields if name != key.name]
            yield others, constraint.condition or Q()


def _rows(key: Key, paper: Paper) -> QuerySet[Model]:
    return key.model._base_manager.filter(**{key.name: paper})  # noqa: SLF001
