"""Two rows that turn out to be one paper become one row.

Whatever points to a paper, in any app, is found through Django's own register of relations,
so that this module imports no other app and no new table can be forgotten. (Django documents
`_meta` and `_base_manager`; the underscore only keeps them out of the way of fields.)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
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

from papers.models import Paper

_TOLD: Final = (
    "arxiv_id", "title", "title_key", "authors", "summary", "categories", "keywords",
    "published_on", "code_url", "project_url",
)  # fmt: skip
_log = logging.getLogger(__name__)
Pointer = ForeignKey[Model, Model]


def merge(named: Paper, nameless: Paper) -> Paper | None:
    """Make one row of a paper with an arXiv id and one without; returns the row that stays.

    What both know is taken from `named`. The older row stays, since links to its number are
    out in the world; but a row that a frozen edition protects always stays. When both are
    protected nothing happens and the answer is None: rewriting a sent digest would be worse
    than a paper that stands in the catalogue twice. To be called inside a transaction.
    """
    kept, lost = sorted((named, nameless), key=lambda paper: (not _is_protected(paper), paper.pk))
    if _is_protected(lost):
        _log.warning("Papers %d and %d are one, but both are in editions.", kept.pk, lost.pk)
        return None
    for pointer in _pointers():
        _repoint(pointer, lost, kept)
    lost_id = lost.pk
    lost.delete()
    _combine(named, nameless, into=kept)
    kept.save()
    _log.info("Paper %d was the same as %d and is now part of it.", lost_id, kept.pk)
    return kept


def _combine(named: Paper, nameless: Paper, *, into: Paper) -> None:
    for name in _TOLD:
        setattr(into, name, getattr(named, name) or getattr(nameless, name))
    into.listed_on = min(named.listed_on, nameless.listed_on)
    into.is_sample = named.is_sample and nameless.is_sample


def _pointers() -> Iterator[Pointer]:
    """Every foreign key to a paper, those of hidden many-to-many tables included."""
    for relation in Paper._meta.get_fields(include_hidden=True):  # noqa: SLF001
        if isinstance(relation, ManyToOneRel):  # that of a OneToOneField is one too
            yield relation.field


def _is_protected(paper: Paper) -> bool:
    return any(
        pointer.remote_field.on_delete in (PROTECT, RESTRICT) and _rows(pointer, paper).exists()
        for pointer in _pointers()
    )


def _repoint(pointer: Pointer, lost: Paper, kept: Paper) -> None:
    """Move the rows of `lost` to `kept`, and drop those that `kept` has already."""
    for columns, condition in _unique_with(pointer):
        same = {column: OuterRef(column) for column in columns}
        twins = _rows(pointer, kept).filter(condition, **same)
        _rows(pointer, lost).filter(condition).filter(Exists(twins)).delete()
    _rows(pointer, lost).update(**{pointer.name: kept})


def _unique_with(pointer: Pointer) -> Iterator[tuple[list[str], Q]]:
    """What may stand only once beside one paper: the other columns, and where that holds."""
    if pointer.unique:
        yield [], Q()
    options = pointer.model._meta  # noqa: SLF001
    for together in options.unique_together:
        if pointer.name in together:
            yield [name for name in together if name != pointer.name], Q()
    for constraint in options.constraints:
        if isinstance(constraint, UniqueConstraint) and pointer.name in constraint.fields:
            others = [name for name in constraint.fields if name != pointer.name]
            yield others, constraint.condition or Q()


def _rows(pointer: Pointer, paper: Paper) -> QuerySet[Model]:
    return pointer.model._base_manager.filter(**{pointer.name: paper})  # noqa: SLF001
