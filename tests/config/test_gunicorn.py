"""The settings of gunicorn. tests/test_deployment.py serves pages with them."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config

FILE = Path(__file__).resolve().parents[2] / "config" / "gunicorn.py"


def load() -> dict[str, Any]:
    names = runpy.run_path(str(FILE))
    return {name: value for name, value in names.items() if name in Config().settings}


@pytest.mark.parametrize(
    ("port", "concurrency", "expected"),
    [("", "", ("127.0.0.1:8000", 2)), ("9000", "5", ("127.0.0.1:9000", 5))],
)
def test_port_and_processes_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, port: str, concurrency: str, expected: tuple[str, int]
) -> None:
    monkeypatch.setenv("PORT", port)
    monkeypatch.setenv("WEB_CONCURRENCY", concurrency)
    settings = load()
    assert (settings["bind"], settings["workers"]) == expected


@pytest.mark.parametrize(
    ("bind", "expected"),
    [("192.0.2.7", "192.0.2.7:8000"), ("[::]", "[::]:8000"), ("", "127.0.0.1:8000")],
)
def test_it_listens_on_this_machine_only_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, bind: str, expected: str
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("BIND", bind)
    assert load()["bind"] == expected


@pytest.mark.parametrize("port", ["many", "65536", "-1", "8000 ", "1" * 5000])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(SystemExit, match="PORT must be a number up to 65535"):
        load()


@pytest.mark.parametrize(
    "text", ["x", "1e3", "-1", "0", "65", "1" + "0" * 20, "9" * 5000, "00001" + "0" * 9, "٣"]
)
def test_a_number_of_processes_that_no_machine_has_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("WEB_CONCURRENCY", text)
    with pytest.raises(SystemExit, match="WEB_CONCURRENCY must be a number of processes") as end:
        load()
    assert len(str(end.value)) < 170


def test_gunicorn_accepts_every_value() -> None:
    config = Config()
    for name, value in load().items():
        config.set(name, value)
    assert config.logger_class.__name__ == "GunicornLogger"
    assert config.threads == 4


def test_the_access_log_has_neither_path_nor_referer() -> None:
    """%(r)s, %(U)s, %(q)s and %(f)s are the request line, the path, the query and the Referer."""
    written = load()["access_log_format"]
    assert written == "%(m)s %({route}e)s %(s)s %(B)sB %(M)sms"


def test_no_header_of_a_client_sets_the_path_of_the_site() -> None:
    """gunicorn reads SCRIPT_NAME from the machine's own address by default: a proxy's clients."""
    assert load()["forwarder_headers"] == ""
