"""The description of the API, tested with requests that are generated from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from pytest_django import DjangoDbBlocker
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.api.endpoints import api
from newsletter.models import Edition
from papers.models import Paper
from tests.factories import make_candidate, make_edition
from tests.live import serving
from tests.papers.api.payloads import make_row, take_in

pytestmark = pytest.mark.django_db
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema())))
FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {result.ok().path: result.ok() for result in FOUND}
# Any text is a valid id of a paper, mostly of no paper: these have no invalid requests.
ASKED_WRONGLY = [path for path in OPERATIONS if "{paper_id}" not in path and path != "/api/topics"]


@pytest.fixture(scope="module", autouse=True)
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        take_in(make_row(), make_row("2503.00002", title="Coffee grounds"))
        make_candidate(make_edition(), Paper.objects.get(arxiv_id="2503.00001"))
        with serving() as url:
            yield url
        Edition.objects.all().delete()
        Paper.objects.all().delete()


@pytest.fixture(autouse=True)
def unlimited(settings: LazySettings) -> None:
    settings.API_RATE = "1000000/minute"


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_valid_request_is_answered_as_described(path: str, address: str) -> None:
    try_out(path, GenerationMode.POSITIVE, address)


@pytest.mark.parametrize("path", ASKED_WRONGLY)
def test_an_invalid_request_is_refused_as_described(path: str, address: str) -> None:
    try_out(path, GenerationMode.NEGATIVE, address)


def try_out(path: str, mode: GenerationMode, address: str) -> None:
    """Fifteen times: the status, the headers and the body must be among those described.

    A well-formed day may still be refused, for it may not have come yet.
    """

    @bounds(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(OPERATIONS[path].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])

    ask()
