"""The checks of the settings of live sources."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from papers.checks import (
    check_arxiv,
    check_embedding_folder,
    check_embedding_model,
    check_own_votes,
    check_run_retention,
    check_source_addresses,
    check_source_keys,
    check_source_names,
    check_summary_is_complete,
    check_summary_key,
    check_summary_model,
)
from papers.similarity import weights
from papers.similarity.weights import find_weights

ADDRESSES = ("HUGGING_FACE_URL", "SEMANTIC_SCHOLAR_URL", "GITHUB_URL")


def messages(found: list[CheckMessage]) -> list[tuple[str, str]]:
    assert all(message.hint for message in found)
    return [(str(message.id), message.msg) for message in found]


def test_all_sources_may_be_enabled(settings: Settings) -> None:
    settings.SOURCES = ["hugging_face", "arxiv", "semantic_scholar", "github"]
    assert check_source_names() == []


def test_an_unknown_source_is_named(settings: Settings) -> None:
    settings.SOURCES = ["github", "hugging-face"]
    assert messages(check_source_names()) == [
        ("trending.E012", "SOURCES names 'hugging-face', which is no live source.")
    ]


@pytest.mark.parametrize(
    "address", ["https://huggingface.co", "http://127.0.0.1:8080", "https://ghe.example/api/v3"]
)
def test_any_web_service_may_be_a_source(settings: Settings, address: str) -> None:
    for name in ADDRESSES:
        setattr(settings, name, address)
    assert check_source_addresses() == []


@pytest.mark.parametrize(
    "address",
    [
        "huggingface.co", "ftp://huggingface.co", "https://", "https://me:hunter2@host",
        "https://[", "https://host:port", "https://a host", "https://hüggingface.co",
    ],
)  # fmt: skip
def test_a_wrong_address_is_an_error_without_its_password(settings: Settings, address: str) -> None:
    settings.GITHUB_URL = address
    assert messages(check_source_addresses()) == [
        ("trending.E013", "GITHUB_URL is no address of a web service.")
    ]


def test_orcid_may_have_no_address_and_no_wrong_one(settings: Settings) -> None:
    settings.ORCID_API_URL = ""
    assert check_source_addresses() == []
    settings.ORCID_API_URL = "pub.orcid.org"
    assert messages(check_source_addresses()) == [
        ("trending.E013", "ORCID_API_URL is no address of a web service.")
    ]


@pytest.mark.parametrize("key", ["two words", "two\nlines", "“quoted”", "schlüssel"])
def test_a_wrong_key_is_an_error_without_the_key(settings: Settings, key: str) -> None:
    settings.GITHUB_TOKEN = key
    [(found, message)] = messages(check_source_keys())
    assert found == "trending.E014"
    assert key not in message


def test_the_default_addresses_of_arxiv_are_right(settings: Settings) -> None:
    assert check_arxiv() == []


def test_a_wrong_address_or_short_pause_for_arxiv_fails(settings: Settings) -> None:
    settings.ARXIV_URL, settings.ARXIV_REST_SECONDS = "https://me:hunter2@example.org", 1.0
    slow = "arXiv asks for three seconds between two requests, and 1 is less"
    assert messages(check_arxiv()) == [
        ("trending.E015", "ARXIV_URL cannot be used: it is no https address of arXiv."),
        ("trending.E015", f"ARXIV_FEED_URL cannot be used: {slow}."),
        ("trending.E015", f"ARXIV_AUTHOR_URL cannot be used: {slow}."),
    ]


@pytest.mark.parametrize(("days", "is_wrong"), [(15, False), (14, True), (7, True)])
def test_records_must_be_kept_longer_than_lists_are_fetched_back(
    settings: Settings, days: int, is_wrong: bool
) -> None:
    settings.BACKFILL_DAYS, settings.RUN_RETENTION_DAYS = 14, days
    assert [found for found, _ in messages(check_run_retention())] == ["trending.E016"] * is_wrong


def test_django_runs_all_of_them(settings: Settings) -> None:
    settings.SOURCES, settings.GITHUB_URL, settings.GITHUB_TOKEN = ["x"], "x", "x y"
    settings.ARXIV_URL, settings.RUN_RETENTION_DAYS = "x", 1
    found = {str(message.id) for message in run_checks(tags=["trending"])}
    ours = {f"trending.E{number:03}" for number in range(12, 17)}
    assert found & ours == ours


# ── the language model ───────────────────────────────────────────────────────


def use_model(settings: Settings, address: str, model: str = "", key: str = "") -> None:
    settings.SUMMARY_API_URL, settings.SUMMARY_MODEL = address, model
    settings.SUMMARY_API_KEY = key


@pytest.mark.parametrize("address", ["http://localhost:11434/v1", "https://api.example.org/v1"])
def test_any_web_service_may_summarise(settings: Settings, address: str) -> None:
    use_model(settings, address, "llama3.2", "a-key")
    found = [*check_summary_model(), *check_summary_key(), *check_summary_is_complete()]
    assert found == []


def test_no_model_at_all_is_the_usual_case(settings: Settings) -> None:
    use_model(settings, "")
    found = [*check_summary_model(), *check_summary_key(), *check_summary_is_complete()]
    assert found == []


def test_an_address_that_is_none_is_not_repeated(settings: Settings) -> None:
    use_model(settings, "https://me:hunter2@host/v1", "llama3.2")
    assert messages(check_summary_model()) == [
        ("trending.E072", "SUMMARY_API_URL is no address of a web service.")
    ]


def test_an_address_needs_a_model(settings: Settings) -> None:
    use_model(settings, "http://localhost:11434/v1", " ")
    assert messages(check_summary_model()) == [
        ("trending.E073", "SUMMARY_MODEL is empty, but SUMMARY_API_URL is set.")
    ]


def test_a_key_needs_encryption_to_another_machine(settings: Settings) -> None:
    use_model(settings, "http://10.0.0.7:8000/v1", "llama3.2", "a-key")
    assert [name for name, _ in messages(check_summary_key())] == ["trending.W061"]
    use_model(settings, "http://10.0.0.7:8000/v1", "llama3.2")
    assert check_summary_key() == []


def test_a_model_needs_an_address(settings: Settings) -> None:
    use_model(settings, "", "llama3.2")
    assert [name for name, _ in messages(check_summary_is_complete())] == ["trending.W062"]


# ── the embedding model ──────────────────────────────────────────────────────


@pytest.mark.parametrize("setting", ["", "none"])
def test_the_installed_model_and_none_need_nothing(settings: Settings, setting: str) -> None:
    settings.EMBEDDING_MODEL = setting
    assert check_embedding_folder() == check_embedding_model() == []


def test_a_folder_that_is_missing_is_an_error_with_advice(settings: Settings) -> None:
    settings.EMBEDDING_MODEL = "/nowhere/bge"
    [error] = check_embedding_folder()
    assert messages([error]) == [
        ("trending.E087", "EMBEDDING_MODEL is '/nowhere/bge', but it is no folder.")
    ]
    assert "a folder with model.onnx and tokenizer.json" in str(error.hint)
    assert check_embedding_model() == []


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_an_error(
    settings: Settings, tmp_path: Path, missing: str
) -> None:
    for name in {"model.onnx", "tokenizer.json"} - {missing}:
        (tmp_path / name).write_text("x")
    settings.EMBEDDING_MODEL = str(tmp_path)
    assert messages(check_embedding_folder()) == [
        ("trending.E087", f"EMBEDDING_MODEL is {str(tmp_path)!r}, but the folder has no {missing}.")
    ]


def test_a_model_that_cannot_be_used_is_an_error(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_text("x")
    (tmp_path / "tokenizer.json").write_text("x")
    settings.EMBEDDING_MODEL = str(tmp_path)
    [error] = check_embedding_folder()
    assert error.id == "trending.E088"
    assert "(EMBEDDING_MODEL) cannot be used: it cannot be loaded: " in error.msg


def test_a_folder_with_a_model_is_fine(settings: Settings, tmp_path: Path) -> None:
    installed = find_weights("")
    shutil.copy(installed.model, tmp_path)
    shutil.copy(installed.tokenizer, tmp_path)
    settings.EMBEDDING_MODEL = str(tmp_path)
    assert check_embedding_folder() == []


def test_missing_packages_are_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMBEDDING_MODEL = ""
    monkeypatch.setattr(weights, "_SHIPPED", (("not-installed", "model.onnx", ""),) * 2)
    [warning] = check_embedding_model()
    assert warning.id == "trending.W067"
    assert warning.msg.startswith("Papers are compared by their words alone: model.onnx of the")
    assert warning.hint == 'If that is what you want, set EMBEDDING_MODEL to "none".'
    settings.EMBEDDING_MODEL = "none"
    assert check_embedding_model() == []


@pytest.mark.parametrize(
    ("weight", "ids"),
    [
        (0, []),
        (1, []),
        (-0.1, ["trending.E090"]),
        (1.1, ["trending.E090"]),
        (float("nan"), ["trending.E090"]),
    ],
)
def test_the_votes_of_readers_have_a_weight_from_0_to_1(
    settings: Settings, weight: float, ids: list[str]
) -> None:
    settings.OWN_VOTES_WEIGHT = weight
    assert [name for name, _ in messages(check_own_votes())] == ids
