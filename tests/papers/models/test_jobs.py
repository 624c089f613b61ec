"""Renames of the tables of jobs keep permissions and records."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

from papers.models import JobStep, RawRecord
from tests.factories import DAY, NOON, make_job, make_paper
from tests.schema import migrate_to_the_newest
from web.sql import execute, rows

pytestmark = pytest.mark.django_db


def permissions(model: str) -> dict[int, tuple[str, str]]:
    found = Permission.objects.filter(codename__endswith=f"_{model}").order_by("codename")
    return {one.pk: (one.codename, one.content_type.model) for one in found}


def test_permissions_on_runs_become_those_on_job_steps() -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    actions = ("add", "change", "delete", "view")
    after = permissions("jobstep")
    assert list(after.values()) == [(f"{action}_jobstep", "jobstep") for action in actions]
    call_command("migrate", "papers", "0008", verbosity=0)
    before = permissions("sourcerun")
    assert list(before.values()) == [(f"{action}_sourcerun", "sourcerun") for action in actions]
    assert list(before) == list(after)  # the same rows, so that groups keep them
    migrate_to_the_newest()
    assert permissions("jobstep") == after
    assert permissions("sourcerun") == {}


def test_a_rename_keeps_the_records_of_steps_and_payloads() -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    step = JobStep.objects.create(job=make_job("stars"), started_at=NOON, error="it is down")
    record = RawRecord.objects.create(
        paper=make_paper(), source="x", day=DAY, payload_hash="a" * 64, payload={"a": 1}
    )
    call_command("migrate", "papers", "0008", verbosity=0)
    assert rows("SELECT id, error FROM papers_sourcerun") == [(step.pk, "it is down")]
    assert rows("SELECT id, digest FROM papers_rawrecord") == [(record.pk, "a" * 64)]
    migrate_to_the_newest()
    assert JobStep.objects.get() == step
    assert RawRecord.objects.get().payload_hash == "a" * 64
