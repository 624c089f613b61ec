"""`make run` as a person meets it: it says where things are, keeps order, and leaves nothing."""

from __future__ import annotations

import os
import signal
import socket
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


def test_the_first_edition_reached_several_readers_with_different_papers(service: Service) -> None:
    subjects = {mail["Subject"] for mail in service.mails() if mail["List-Id"]}
    assert len(subjects) >= 3


def test_every_first_delivery_is_in_a_final_state(service: Service) -> None:
    states = {state for (state,) in service.query("SELECT state FROM newsletter_delivery")}
    assert states <= {"sent", "skipped"}


def test_the_mailbox_shows_what_arrived(service: Service) -> None:
    assert service.mails()[0]["To"] in service.get("/mailbox/").text


def test_the_admins_password_is_kept_for_the_owner_only(service: Service) -> None:
    path = service.var / "admin_password"
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text()) >= 16


def test_no_server_listens_on_the_network_but_web_and_catcher(service: Service) -> None:
    ports = {
        connection.laddr.port
        for process in service.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports == {service.port, int((service.var / "catcher.port").read_text())}


def test_a_second_start_says_who_is_running(service: Service) -> None:
    second = service.try_again()
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


def test_a_taken_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    with socket.create_server(("127.0.0.1", service.port)):
        refused = service.try_again()
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {service.port}" in refused.stderr
    assert "PORT=8001 make run" in refused.stderr


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    refused = Service(tmp_path / "var", PORT="http").try_again()
    assert (refused.returncode, "PORT must be a number" in refused.stderr) == (1, True)


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgres://someone:hunter2@127.0.0.1:1/papers"
    refused = Service(tmp_path / "var", DATABASE_URL=url).try_again()
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "127.0.0.1" in refused.stderr
    assert "DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.stderr


def test_a_redis_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    refused = Service(tmp_path / "var", REDIS_URL="redis://127.0.0.1:1/0").try_again()
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "REDIS_URL" in refused.stderr


def test_stopping_leaves_no_process_and_a_new_start_repeats_nothing(tmp_path: Path) -> None:
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


def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_end(tmp_path: Path) -> None:
    service = Service(tmp_path / "var")
    service.start()
    before = len(service.mails())
    os.kill(service.pid, signal.SIGKILL)
    service.stop()  # only collects the status: it is dead already
    service.start()
    assert len(service.mails()) == before
    assert service.stop() == 0
    wait_until(lambda: service.processes() == [], "everything to be gone", 20)


def test_a_run_that_was_killed_stops_by_itself(tmp_path: Path) -> None:
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


def test_a_python_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    import subprocess

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
