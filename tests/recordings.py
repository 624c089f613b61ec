"""Recorded answers of services, as plays of a stand-in. Their encodings are undone already."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

from fakes.web_service import Play

_NOT_PLAYED = {"content-length", "content-encoding", "transfer-encoding", "connection", "status"}


def github_plays(shared: Path, name: str) -> list[Play]:
    """The answers in one recording of GitHub's API: blocks of ten lines and an empty one."""
    lines = (shared / "data" / "recorded" / "github" / f"{name}.txt").read_text().split("\n")
    blocks = [lines[start : start + 10] for start in range(0, len(lines) - 9, 11)]
    return [
        Play(int(block[7]), _headers(dict(ast.literal_eval(block[8]))), block[9].encode())
        for block in blocks
    ]


def semantic_scholar_plays(shared: Path, name: str) -> list[Play]:
    """The answers in one recording of Semantic Scholar's API, of either form."""
    text = (shared / "data" / "recorded" / "semantic_scholar" / f"{name}.yaml").read_text()
    answers = [interaction["response"] for interaction in yaml.safe_load(text)["interactions"]]
    return [
        Play(
            answer["status_code"] if "status_code" in answer else answer["status"]["code"],
            _headers({key: values[0] for key, values in answer["headers"].items()}),
            (answer["content"] if "content" in answer else answer["body"]["string"]).encode(),
        )
        for answer in answers
    ]


def daily_play(shared: Path, day: str) -> Play:
    """The recorded daily list of Hugging Face of this day."""
    file = shared / "data" / "recorded" / "hf_daily_papers" / f"{day}.json"
    return Play(headers={"content-type": "application/json"}, body=file.read_bytes())


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {
        name.lower(): value for name, value in headers.items() if name.lower() not in _NOT_PLAYED
    }
