"""`make run` as a person uses it: what it prints and restarts, and that it stops everything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.service import ROOT, Service, wait_until

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("var")) as running:
        yield running


def test_the_front_page_asks_for_an_address(service: Service) -> None:
    assert "Get trending papers in your email inbox!" in service.get("/").text


def test_the_first_edition_has_different_papers_for_several_readers(service: Service) -> None:
    subjects = {mail["Subject"] for mail in service.mails() if mail["List-Id"]}
    assert len(subjects) >= 3


def test_every_first_delivery_is_in_a_final_state(service: Service) -> None:
    states = {state for (state,) in service.query("SELECT state FROM newsletter_delivery")}
    assert states <= {"sent", "skipped"}


def test_the_mailbox_shows_what_arrived(service: Service) -> None:
    assert service.mails()[0]["To"] in service.get("/mailbox/").text


def test_only_the_owner_can_read_the_admins_password(service: Service) -> None:
    path = service.var / "admin_password"
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text()) >= 16


def test_only_web_and_catcher_listen_on_the_network(service: Service) -> None:
    ports = {
        connection.laddr.port
        for process in service.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports == {service.port, int((service.var / "catcher.port").read_text())}


def test_a_second_start_names_the_running_process(service: Service) -> None:
    second = service.run_to_its_end()
    assert (second.returncode, second.stderr) == (1, f"already running (pid {service.pid})\n")


def test_a_dead_worker_is_started_again(service: Service) -> None:
    [worker] = [p for p in service.processes() if _is_main_worker(p)]
    worker.kill()
    wait_until(
        lambda: [p for p in service.processes() if _is_main_worker(p) and p.pid != worker.pid],
        "another worker",
    )


def _is_main_worker(process: psutil.Process) -> bool:
    try:
        parent = process.parent()
        is_child = parent is not None and "worker" in parent.cmdline()
        return "worker" in process.cmdline() and not is_child
    except psutil.Error:
        return False


def test_a_dead_catcher_listens_again_on_its_port(service: Service) -> None:
    [catcher] = [p for p in service.processes() if _listens_for_mail(p)]
    catcher.kill()
    port = int((service.var / "catcher.port").read_text())
    [again] = wait_until(
        lambda: [p for p in service.processes() if p.pid != catcher.pid and _listens_for_mail(p)],
        "another catcher",
    )
    wait_until(lambda: port in _ports(again), "its port")


def _listens_for_mail(process: psutil.Process) -> bool:
    try:
        return "local.smtp_catcher" in process.cmdline()
    except psutil.Error:
        return False


def _ports(process: psutil.Process) -> set[int]:
    try:
        return {connection.laddr.port for connection in process.net_connections("inet")}
    except psutil.Error:
        return set()


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    with socket.create_server(("127.0.0.1", service.port)):
        refused = service.run_to_its_end()
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {service.port}" in refused.stderr
    assert "PORT=8001 make run" in refused.stderr


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    refused = Service(tmp_path / "var", PORT="http").run_to_its_end()
    assert (refused.returncode, "PORT must be a number" in refused.stderr) == (1, True)


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgres://someone:hunter2@127.0.0.1:1/papers"
    refused = Service(tmp_path / "var", DATABASE_URL=url).run_to_its_end()
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "127.0.0.1" in refused.stderr
    assert "DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"REDIS_URL": "redis://:hunter2/x@127.0.0.1:1/0"},
        {"DATABASE_URL": "postgres://someone:hunter2/x@127.0.0.1/papers"},
        {"BURST_SIZE": "many"},
    ],
)
def test_a_setting_that_cannot_be_read_is_one_line(tmp_path: Path, changes: dict[str, str]) -> None:
    refused = Service(tmp_path / "var", **changes).run_to_its_end()
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert next(iter(changes)) in refused.stderr
    assert "hunter2" not in refused.stderr


def test_an_unreachable_redis_is_named(tmp_path: Path) -> None:
    refused = Service(tmp_path / "var", REDIS_URL="redis://127.0.0.1:1/0").run_to_its_end()
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "REDIS_URL" in refused.stderr


def test_a_stop_leaves_no_process_and_a_restart_repeats_no_mail(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    service.start()
    before = len(service.mails())
    assert service.stop() == 0
    assert service.processes() == []
    lines = service.start()
    assert lines[-1] == f"Ready: {service.site}/"
    time.sleep(2)
    assert len(service.mails()) == before
    assert service.stop(signal.SIGINT) == 0
    assert service.processes() == []


def test_the_next_start_ends_what_a_killed_run_left(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    service.start()
    before = len(service.mails())
    os.kill(service.pid, signal.SIGKILL)
    service.stop()  # only collects the status: it is dead already
    service.start()
    assert len(service.mails()) == before
    assert service.stop() == 0
    wait_until(lambda: service.processes() == [], "everything to be gone", 20)


def test_the_processes_of_a_killed_run_end_by_themselves(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    service.start()
    os.kill(service.pid, signal.SIGKILL)
    service.stop()
    wait_until(lambda: service.processes() == [], "everything to end without its parent", 40)


def test_two_clones_run_side_by_side(tmp_path: Path) -> None:
    with Service(tmp_path / "one") as one, Service(tmp_path / "two") as two:
        assert one.get("/healthz").status == two.get("/healthz").status == 200
        assert one.mails()
        assert two.mails()


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.18\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "--no-print-directory", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}", "run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "3.8.18" in done.stderr
