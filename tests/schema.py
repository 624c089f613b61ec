"""The database at an earlier migration, and at the newest ones again."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from web.sql import execute


def migrate_to(app: str, name: str) -> None:
    """Take an app forwards or back to a migration; what depends on a later one goes back too."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([(app, name)])


def migrate_to_the_newest() -> None:
    """Of all apps: the way back of one took migrations of others along."""
    call_command("migrate", verbosity=0)
