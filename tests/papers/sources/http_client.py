"""A client of ours for a server in a test, and the error that a request to it ends with."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.web_service import FakeService, FakeTime
from papers.sources import SourceError
from papers.sources.http import Http, Limits, Service


def make_http(
    server: FakeService, time: FakeTime, *, limits: Limits | None = None, **service: Any
) -> Http:
    return Http(Service(server.url, **service), limits, time.clock)


def refusal(server: FakeService, time: FakeTime, **options: Any) -> SourceError:
    """The error that a request for /x ends with."""
    check = options.pop("check", None)
    with make_http(server, time, **options) as http, pytest.raises(SourceError) as error:
        http.get("/x", check=check)
    assert "\n" not in error.value.reason
    return error.value
