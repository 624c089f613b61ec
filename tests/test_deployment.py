"""Each service of docker-compose.yml, run by its own command as a plain process.

No container engine is needed: the commands, the health checks and the grace periods are read from
the file, the environment is that of production, and the servers are those of the tests.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
import yaml

from config.celery import app
from local.run import STOP_SECONDS
from tests.settings_file import PRODUCTION, ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
TOKEN = "dGhpcyBpcyBhIHNlY3JldA"


def words(service: str) -> list[str]:
    return cast("list[str]", SERVICES[service]["command"])


# ── the files ───────────────────────────────────────────────────────


def test_the_services_are_these_six() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_has_a_health_check_and_restarts(service: str) -> None:
    if service == "migrate":
        assert SERVICES[service]["restart"] == "no"
        return
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_no_service_starts_before_the_tables_exist(service: str) -> None:
    waits = SERVICES[service]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["redis"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


@pytest.mark.parametrize("service", OURS)
def test_our_services_have_no_writable_files_and_no_capabilities(service: str) -> None:
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["env_file"] == ".env"
    assert SERVICES[service]["environment"]["LOCAL"] == "false"


@pytest.mark.parametrize("service", OURS)
def test_temporary_files_cannot_fill_the_memory(service: str) -> None:
    assert SERVICES[service]["tmpfs"] == ["/tmp:size=64m"]  # noqa: S108 (a mount, not a path)


def test_the_stores_keep_their_data() -> None:
    redis = " ".join(words("redis"))
    assert "--appendonly yes" in redis
    assert "--maxmemory-policy noeviction" in redis
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "journal"}
    assert int(re.findall(r"postgres:(\d+)", SERVICES["postgres"]["image"])[0]) >= 15
    assert SERVICES["redis"]["image"].startswith("redis:7")


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "POSTGRES_PASSWORD"])
def test_secrets_are_required_from_the_environment(name: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    mentioned = re.findall(r"\$\{" + name + r"[^}]*\}", text)
    assert mentioned
    assert all(value.startswith(f"${{{name}:?") for value in mentioned)
    assert not re.search(rf"{name}: (?!\$)\S", text)


def test_the_site_is_published_to_this_machine_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:${WEB_PORT:-8000}:8000"]


def test_the_worker_takes_every_queue_of_the_tasks() -> None:
    routed = {route["queue"] for route in app.conf.task_routes.values()}
    queues = set(words("worker")[words("worker").index("--queues") + 1].split(","))
    assert queues == routed | {app.conf.task_default_queue}


def test_a_stopping_worker_has_time_to_finish_its_burst() -> None:
    seconds = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > app.conf.worker_soft_shutdown_timeout


def test_the_unit_in_the_docs_has_the_grace_period_of_compose() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text()
    unit = (ROOT / "contrib" / "systemd" / "trending-papers-worker.service").read_text()
    line = f"TimeoutStopSec={SERVICES['worker']['stop_grace_period'].removesuffix('s')}\n"
    assert line in page
    assert line in unit


def test_make_run_gives_a_stopping_worker_enough_time() -> None:
    assert app.conf.worker_soft_shutdown_timeout < STOP_SECONDS


def test_the_procfile_runs_the_same_commands() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    procfile = dict(line.split(": ", 1) for line in lines)
    assert procfile["release"].split() == words("migrate")
    for service in ("web", "worker", "beat"):
        assert procfile[service].split() == words(service)


def dockerfile_stages() -> list[str]:
    text = (ROOT / "Dockerfile").read_text()
    return re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]


def test_the_image_is_debian_slim_and_runs_unprivileged() -> None:
    build, final = dockerfile_stages()
    assert build.startswith("python:3.13-slim-bookworm AS build")
    assert final.startswith("python:3.13-slim-bookworm\n")
    assert "pip install --require-hashes" in build
    assert "collectstatic" in build
    assert "pip install" not in final
    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)


def test_the_image_runs_the_web_service_by_default() -> None:
    found = re.search(r"^CMD (\[.*\])$", dockerfile_stages()[1], re.MULTILINE)
    assert found
    assert yaml.safe_load(found.group(1)) == words("web")
    assert SERVICES["web"]["healthcheck"]["test"][3] in dockerfile_stages()[1]


def test_the_image_holds_no_secrets_and_no_history() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".*", "/var", "/tests"} <= set(ignored)  # .* covers .env, .git and .venv


# ── running them ─────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of an empty database on the server of the tests."""
    url = os.environ["DATABASE_URL"]
    name = f"deployment_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
    base, question, query = url.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}{question}{query}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def production(database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a deployment: of this machine only PATH and the stores."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "var").mkdir()
    programs = str(Path(sys.executable).parent)
    return {
        **PRODUCTION,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "DATABASE_URL": database,
        "REDIS_URL": os.environ["REDIS_URL"],
        "REDIS_PREFIX": f"deployment-{os.getpid()}:",
        "STATIC_ROOT": str(folder / "static"),
        "VAR_DIR": str(folder / "var"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PORT": str(free_port()),
        "HOSTNAME": socket.gethostname(),
        "BEHIND_PROXY": "true",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@contextmanager
def started(service: str, environment: dict[str, str]) -> Iterator[tuple[Any, Path]]:
    """The command of a service as a process, with its log; killed at the end if it still runs."""
    log = Path(environment["HOME"]) / f"{service}.log"
    program = shutil.which(words(service)[0], path=environment["PATH"])
    assert program
    command = [program, *words(service)[1:]]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process, log
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(condition: Callable[[], bool], process: Any, log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def healthy(service: str, environment: dict[str, str]) -> bool:
    """Run the health check of a service as a container engine would."""
    kind, *test = SERVICES[service]["healthcheck"]["test"]
    text = [word.replace("$$", "$").replace("/tmp", environment["VAR_DIR"]) for word in test]  # noqa: S108
    text = [word.replace("127.0.0.1:8000", f"127.0.0.1:{environment['PORT']}") for word in text]
    command = ["sh", "-c", *text] if kind == "CMD-SHELL" else text
    return not subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=30
    ).returncode


def stops(process: Any, log: Path, seconds: float) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        pytest.fail(f"still running {seconds} s after SIGTERM:\n{log.read_text()}")
    assert status == 0, log.read_text()


@pytest.fixture(scope="module")
def migrated(production: dict[str, str]) -> dict[str, str]:
    """The image's build step and the one-shot service have run."""
    run(["python", "manage.py", "collectstatic", "--no-input"], production)
    run(words("migrate"), production)
    return production


def test_the_environment_of_a_deployment_passes_every_check(production: dict[str, str]) -> None:
    check = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    assert "no issues" in run(check, production).stdout


def get(environment: dict[str, str], path: str, **headers: str) -> tuple[int, str]:
    address = f"http://127.0.0.1:{environment['PORT']}{path}"
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


AS_PROXIED = {
    "Host": "papers.example.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "198.51.100.7",
}


Web = tuple[dict[str, str], Path]


@pytest.fixture(scope="module")
def web(migrated: dict[str, str]) -> Iterator[Web]:
    """The healthy web service: its environment and its log. At the end it must stop by SIGTERM."""
    with started("web", migrated) as (process, log):
        eventually(lambda: healthy("web", migrated), process, log)
        yield migrated, log
        stops(process, log, 20)


def test_web_shows_the_site_with_its_style_sheet(web: Web) -> None:
    status, page = get(web[0], "/", **AS_PROXIED)
    assert status == 200
    assert "Get trending papers in your email inbox!" in page
    sheet = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    assert sheet, "no style sheet with a hash in its name"
    assert get(web[0], sheet.group(1), **AS_PROXIED)[0] == 200


def test_web_is_healthy_and_ready(web: Web) -> None:
    assert get(web[0], "/healthz") == get(web[0], "/readyz") == (200, "ok\n")


def test_web_writes_no_token_into_its_log(web: Web) -> None:
    environment, log = web
    for path in (f"/r/{TOKEN}/1", f"/no/such/page/{TOKEN}", f"/?token={TOKEN}"):
        get(environment, path, Referer=f"https://papers.example.org/x/{TOKEN}", **AS_PROXIED)
    with socket.create_connection(("127.0.0.1", int(environment["PORT"])), timeout=10) as raw:
        raw.sendall(f"GET /r/{TOKEN}/1 nonsense\r\n\r\n".encode())
        assert b"400" in raw.recv(4096)
    deadline = time.monotonic() + 10
    while "Invalid request" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    written = log.read_text()
    assert "GET /^[rR](?:/" in written  # the pattern of the route
    assert "GET (no such page) 404" in written
    assert "Invalid request from ip=127.0.0.1" in written
    assert TOKEN not in written


def test_web_sends_plain_http_to_https(web: Web) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(web[0]["PORT"]), timeout=20)
    connection.request("GET", "/", headers={"Host": "papers.example.org"})
    answer = connection.getresponse()
    assert answer.status == 301
    assert answer.headers["Location"] == "https://papers.example.org/"
    connection.close()


def test_the_worker_is_healthy_and_stops_by_sigterm(migrated: dict[str, str]) -> None:
    with started("worker", migrated) as (process, log):
        eventually(lambda: "ready." in log.read_text(), process, log)
        assert healthy("worker", migrated)
        stops(process, log, 40)


def test_beat_writes_its_schedule_to_var_and_stops_by_sigterm(
    migrated: dict[str, str],
) -> None:
    with started("beat", migrated) as (process, log):
        eventually(lambda: healthy("beat", migrated), process, log)
        stops(process, log, 20)
    assert list(Path(migrated["VAR_DIR"]).glob("beat-schedule*"))
    assert not list(ROOT.glob("celerybeat*"))


def test_a_health_check_fails_without_its_service(migrated: dict[str, str]) -> None:
    unused = {**migrated, "PORT": str(free_port()), "VAR_DIR": f"{migrated['HOME']}/nothing"}
    Path(unused["VAR_DIR"]).mkdir(exist_ok=True)
    assert not healthy("web", unused)
    assert not healthy("beat", unused)
