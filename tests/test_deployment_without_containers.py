"""docs/deployment.md without containers: its commands, its units and its proxy, run as written.

What needs root or the network is not run; each name in it is compared with the project's files.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.core.management import get_commands

from config.celery import app
from tests.servers import with_database
from tests.settings_file import PRODUCTION, ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text()
SECTION = PAGE.partition("\n## Without containers\n")[2].partition("\n## ")[0]
UNITS = sorted((ROOT / "contrib" / "systemd").glob("*.service"))
HOME = "/srv/trending-papers"


def blocks(text: str, language: str) -> list[str]:
    """The code blocks in a language, in order."""
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [block for name, block in found if name == language]


def commands(text: str) -> list[list[str]]:
    """The words of each command in the shell blocks, without comments."""
    whole = "".join(blocks(text, "sh")).replace("\\\n", " ")
    return [shlex.split(line, comments=True) for line in whole.splitlines() if line.strip()]


def service_of(unit: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read(unit)
    return parser["Service"]


# ── the text ─────────────────────────────────────────────────────────────────


def test_the_page_has_all_that_a_newcomer_needs() -> None:
    for step in ("createuser", "createdb", "adduser", ".env", "collectstatic", "createsuperuser"):
        assert step in SECTION
    for name in ("Update", "Stop and kill", "Logs", "Restore a backup"):
        assert f"\n### {name}\n" in PAGE


def test_no_step_is_sql_by_hand() -> None:
    assert not re.search(r"\bpsql\b|CREATE (ROLE|USER|DATABASE)|GRANT ", SECTION)


def test_each_command_of_manage_py_exists() -> None:
    named = {
        words[index + 1]
        for words in commands(PAGE)
        for index, word in enumerate(words)
        if word == "manage.py"
    }
    assert named >= {"migrate", "check", "createsuperuser", "collectstatic", "sources", "preview"}
    assert named <= set(get_commands())


def test_each_file_that_the_page_copies_exists() -> None:
    named = re.findall(r"(?<![\w/])(?:contrib|requirements|Procfile|\.env\.example)[\w./-]*", PAGE)
    assert "contrib/systemd/trending-papers" in named
    for name in named:
        assert list(ROOT.glob(f"{name.rstrip('.')}*")), name


def test_each_place_in_the_page_that_another_names_is_there() -> None:
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}
    linked = [link for file in (ROOT / "docs").rglob("*.md") for link in re.findall(
        r"deployment\.md#([\w-]+)", file.read_text()
    )]  # fmt: skip
    linked += re.findall(r"\]\(#([\w-]+)\)", PAGE)
    assert linked
    assert set(linked) <= anchors


# ── the units ────────────────────────────────────────────────────────────────


def test_there_is_a_unit_for_each_long_running_process() -> None:
    assert [unit.stem for unit in UNITS] == [
        f"trending-papers-{name}" for name in ("beat", "web", "worker")
    ]
    target = (ROOT / "contrib" / "systemd" / "trending-papers.target").read_text()
    assert all(f"{unit.stem}.service" in target for unit in UNITS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_the_command_of_the_procfile(unit: Path) -> None:
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    name = unit.stem.removeprefix("trending-papers-")
    assert service_of(unit)["ExecStart"] == f"{HOME}/.venv/bin/{procfile[name]}"
    assert service_of(unit)["WorkingDirectory"] == HOME


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_writes_to_its_own_folder_only_and_starts_again(unit: Path) -> None:
    service = service_of(unit)
    assert service["User"] == "trending"
    assert (service["ProtectSystem"], service["ProtectHome"]) == ("strict", "true")
    assert (service["PrivateTmp"], service["NoNewPrivileges"]) == ("true", "true")
    assert service["StateDirectory"] == "trending-papers"
    assert "VAR_DIR=/var/lib/trending-papers" in service["Environment"].split()
    assert (service["Restart"], int(service["RestartSec"]) > 0) == ("always", True)


def test_a_stopping_worker_has_time_to_finish_its_burst() -> None:
    worker = service_of(ROOT / "contrib" / "systemd" / "trending-papers-worker.service")
    assert int(worker["TimeoutStopSec"]) > app.conf.worker_soft_shutdown_timeout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("gunicorn", "celery"):
        (programs / name).symlink_to(Path(sys.executable).parent / name)
    for file in (ROOT / "contrib" / "systemd").iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace(HOME, str(tmp_path)))
    units = [str(tmp_path / file.name) for file in (ROOT / "contrib" / "systemd").iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


# ── the proxy ────────────────────────────────────────────────────────────────


@pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl"
)
def test_nginx_accepts_the_example(tmp_path: Path) -> None:
    server = (ROOT / "docs" / "proxy" / "nginx.conf").read_text()
    assert "proxy_set_header Host $http_host;" in server
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
    keys = ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run([*make.split(), *keys], check=True, capture_output=True)
    server = server.replace("/etc/letsencrypt/live/papers.example.org", str(tmp_path))
    server = server.replace("/var/log/nginx", str(tmp_path))
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{server}}}\n")
    test = ["nginx", "-t", "-c", str(config), "-e", str(tmp_path / "error.log")]
    done = subprocess.run(test, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ── the database ─────────────────────────────────────────────────────────────


@pytest.fixture
def role() -> Iterator[str]:
    """A name for a role and its database; both are dropped afterwards."""
    name = f"docs_{os.getpid()}"
    yield name
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        server.execute(f"DROP ROLE IF EXISTS {name}".encode())


@pytest.mark.skipif(not shutil.which("createuser"), reason="needs createuser and createdb")
def test_the_role_and_the_database_of_the_page_are_enough_for_migrate(role: str) -> None:
    """As the page creates them: no superuser, no right beside the ownership."""
    made = [words[3:] for words in commands(SECTION) if words[:3] == ["sudo", "-u", "postgres"]]
    made = [words for words in made if words[0] in ("createuser", "createdb")]
    assert [words[0] for words in made] == ["createuser", "createdb"]
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        info, user = server.info, server.info.user
        place = {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": user}
        environ = {"PATH": os.environ["PATH"], **place, "PGPASSWORD": info.password}
    for words in made:
        command = [role if word == "trending" else word for word in words]
        subprocess.run(command, env=environ, check=True, capture_output=True)
    url = with_database(os.environ["DATABASE_URL"], role).replace(
        f"//{quote(user)}", f"//{role}", 1
    )
    own = {**PRODUCTION, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    for command in (["migrate", "--no-input"], ["check", "--database", "default"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **own},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as own_database:
        [(encoding, is_super)] = own_database.execute(
            "SELECT current_setting('server_encoding'), rolsuper FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchall()
    assert (encoding, is_super) == ("UTF8", False)
