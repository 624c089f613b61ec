"""Recorded responses of services, for a fake service. Their content encodings are decoded."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

from fakes.web_service import FakeResponse

_NOT_SENT = {"content-length", "content-encoding", "transfer-encoding", "connection", "status"}


def github_responses(shared: Path, name: str) -> list[FakeResponse]:
    """The responses in one recording of GitHub's API: blocks of ten lines and an empty one."""
    lines = (shared / "data" / "recorded" / "github" / f"{name}.txt").read_text().split("\n")
    blocks = [lines[start : start + 10] for start in range(0, len(lines) - 9, 11)]
    return [
        FakeResponse(int(block[7]), _headers(dict(ast.literal_eval(block[8]))), block[9].encode())
        for block in blocks
    ]


def semantic_scholar_responses(shared: Path, name: str) -> list[FakeResponse]:
    """The responses in one recording of Semantic Scholar's API, of either form."""
    text = (shared / "data" / "recorded" / "semantic_scholar" / f"{name}.yaml").read_text()
    recorded = [interaction["response"] for interaction in yaml.safe_load(text)["interactions"]]
    return [
        FakeResponse(
            one["status_code"] if "status_code" in one else one["status"]["code"],
            _headers({key: values[0] for key, values in one["headers"].items()}),
            (one["content"] if "content" in one else one["body"]["string"]).encode(),
        )
        for one in recorded
    ]


def daily_response(shared: Path, day: str) -> FakeResponse:
    """The recorded daily list of Hugging Face of this day."""
    file = shared / "data" / "recorded" / "hf_daily_papers" / f"{day}.json"
    return FakeResponse(headers={"content-type": "application/json"}, body=file.read_bytes())


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _NOT_SENT}
