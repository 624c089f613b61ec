"""docs/api.md: every example on it runs, and its numbers are those of the settings."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import LazySettings
from pytest_django import DjangoDbBlocker

from config.api.endpoints import api
from newsletter.models import Edition
from papers.models import Paper, Topic
from tests.factories import make_candidate, make_edition, make_paper_topic
from tests.live import serving
from tests.papers.api.payloads import make_row, take_in

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()
SITE = "https://papers.example.org"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The site of the examples, with their papers."""
    with django_db_blocker.unblock():
        tea, _ = take_in(make_row(), make_row("2503.00002", title="Coffee grounds"))
        make_paper_topic(tea, Topic.objects.get(slug="agents"))
        make_candidate(make_edition(), tea)
        with serving() as url:
            yield url
        Edition.objects.all().delete()
        Paper.objects.all().delete()


def ask(command: str, address: str) -> object:
    """The decoded output of a `curl` command."""
    program, *words = shlex.split(command.replace(SITE, address))
    assert program == "curl"
    (url,) = (word for word in words if word.startswith(address))
    named = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    headers = dict(header.split(": ", 1) for header in named)
    with urlopen(Request(url, headers=headers), timeout=10) as answer:
        assert answer.status == 200
        return json.load(answer)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_finds_something(command: str, address: str) -> None:
    assert ask(command, address)


def test_the_example_with_the_client_runs(address: str) -> None:
    (example,) = blocks("python")
    run = subprocess.run(
        [sys.executable, "-c", example.replace(SITE, address)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "32 1204 Tea leaves as a language model" in run.stdout
    assert "2503.00002 Coffee grounds" in run.stdout
    assert "['Ada Lovelace', 'Charles Babbage'] https://github.com/example/tea" in run.stdout
    assert "# Tea leaves as a language model\n" in run.stdout


def test_every_endpoint_is_on_the_page() -> None:
    listed = {
        re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"^\| `(/\S+)`", PAGE, re.MULTILINE)
    }
    described = {re.sub(r"\{\w+\}", "{}", path) for path in api.get_openapi_schema()["paths"]}
    assert listed == described | {"/papers/{}.md"}


def test_every_endpoint_has_an_example() -> None:
    for path in api.get_openapi_schema()["paths"]:
        pattern = re.sub(r"\{\w+\}", "[^/?']+", path)
        assert any(re.search(rf"{pattern}['?]", command) for command in COMMANDS), pattern


def test_the_page_names_the_limit_of_the_settings(settings: LazySettings) -> None:
    assert "500 requests in five minutes" in PAGE
    assert settings.API_RATE == "500/5 minutes"
