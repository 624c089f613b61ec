from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from local.secret_key import local_secret

ROOT = Path(__file__).resolve().parents[2]


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    key = local_secret(tmp_path / "var")
    assert len(key) >= 50
    assert local_secret(tmp_path / "var") == key
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    local_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_each_folder_has_its_own(tmp_path: Path) -> None:
    assert local_secret(tmp_path / "one") != local_secret(tmp_path / "two")


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    program = "import sys, pathlib; from local.secret_key import local_secret as key;"
    program += "print(key(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(tmp_path / "var")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    keys = {process.communicate()[0] for process in running}
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_a_folder_that_cannot_be_used_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(ImproperlyConfigured, match=r"VAR_DIR cannot be used: .*Not a directory"):
        local_secret(tmp_path / "var" / "here")
