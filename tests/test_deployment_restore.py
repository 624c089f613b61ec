"""docs/deployment.md, "Restore a backup": its commands restore a dump, of which nothing is sent."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from local.servers import postgres_program
from newsletter.delivery.restored import is_restored
from tests.factories import make_delivery, make_edition, make_subscriber
from tests.servers import with_database
from tests.settings_file import PRODUCTION, ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text()
SECTION = PAGE.partition("\n### Restore a backup\n")[2].partition("\n## ")[0]
DUMP = re.findall(r"^sudo -u postgres pg_dump .*$", PAGE, re.MULTILINE)[-1]
RESTORED = f"page_restore_{os.getpid()}"


def words_of(line: str, database: str, owner: str = "") -> list[str]:
    """The program of a line after `sudo -u postgres`, for other names, without redirections."""
    words = shlex.split(re.split(r"[<>|]", line)[0], comments=True)[3:]
    words = [database if word == "trending" else word for word in words]
    if "--owner" in words:
        words[words.index("--owner") + 1] = owner
    return [postgres_program(words[0]), *words[1:]]


def commands_on_postgresql() -> list[str]:
    return re.findall(r"^ *(sudo -u postgres .*)$", SECTION, re.MULTILINE)


def environ() -> dict[str, str]:
    values = connection.get_connection_params()
    return {
        "PATH": os.environ["PATH"],
        "PGHOST": str(values["host"]),
        "PGUSER": str(values["user"]),
        "PGPORT": str(values.get("port") or 5432),
    }


@pytest.fixture
def dump(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A dump of a database in which a mail waits, made as the page says; its copy is dropped."""
    assert not is_restored(timezone.now())
    make_delivery(make_edition(), make_subscriber())
    path = tmp_path / "backup.dump"
    with path.open("wb") as out:
        name = str(connection.settings_dict["NAME"])
        subprocess.run(words_of(DUMP, name), env=environ(), stdout=out, check=True)
    yield path
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)".encode())


def restored(*options: str) -> str:
    url = with_database(os.environ["DATABASE_URL"], RESTORED)
    own = {**PRODUCTION, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    command = [sys.executable, "manage.py", "restored", *options]
    env = {"PATH": os.environ["PATH"], **own}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_section_names_each_step_and_both_decisions() -> None:
    programs = [line.split()[3] for line in commands_on_postgresql()]
    assert programs == ["dropdb", "createdb", "pg_restore"]
    for command in ("migrate --no-input", "restored", "restored --hold", "restored --send"):
        assert f"manage.py {command}" in SECTION
    assert SECTION.index("stop") < SECTION.index("dropdb") < SECTION.index("manage.py restored")


def test_the_steps_with_compose_are_the_same() -> None:
    ours = [line.split()[3] for line in commands_on_postgresql()]
    theirs = re.findall(r"^ *docker compose exec -T postgres (\w+)", SECTION, re.MULTILINE)
    assert theirs == ours


def test_the_commands_of_the_page_restore_a_dump_and_its_mail_waits(dump: Path) -> None:
    _, create, restore = commands_on_postgresql()
    made = words_of(create, RESTORED, owner=environ()["PGUSER"])
    subprocess.run(made, env=environ(), check=True)
    with dump.open("rb") as data:
        subprocess.run(words_of(restore, RESTORED), env=environ(), stdin=data, check=True)
    shown = restored()
    assert "nothing is sent" in shown
    assert "1 mails" in shown
    assert "1 mails are uncertain now" in restored("--hold")
    assert "mail is sent as usual" in restored()
    call_command("restored")  # the database that was dumped goes on as before
    assert not is_restored(timezone.now())
