"""The database work of `make run`. tests/local/test_run.py tests it as a whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from pytest_django import Settings

from local.startup import load_sample, make_admin, send_first_edition
from papers.models import Paper
from subscribers.models import Subscriber


@pytest.mark.django_db
def test_an_admin_is_made_once_with_a_password_in_a_file(tmp_path: Path) -> None:
    make_admin(tmp_path)
    path = tmp_path / "admin_password"
    password = path.read_text()
    user = authenticate(username="admin", password=password)
    assert isinstance(user, User)
    assert user.is_superuser
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    make_admin(tmp_path)
    assert (path.read_text(), User.objects.count()) == (password, 1)


@pytest.mark.django_db
def test_a_superuser_of_another_name_is_enough(tmp_path: Path, admin_user: User) -> None:
    admin_user.username = "ada"
    admin_user.save()
    make_admin(tmp_path)
    assert list(User.objects.values_list("username", flat=True)) == ["ada"]
    assert not (tmp_path / "admin_password").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("laptop")
def test_a_removed_sample_is_not_loaded_again(tmp_path: Path) -> None:
    assert load_sample(tmp_path)
    assert Paper.objects.filter(is_sample=True).count() == 50
    Paper.objects.all().delete()
    assert not load_sample(tmp_path)
    assert not Paper.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("EMBEDDED", False), ("MAILBOX_DIR", "")])
def test_the_sample_is_for_embedded_servers_with_a_mailbox(
    laptop: Settings, tmp_path: Path, name: str, value: object
) -> None:
    setattr(laptop, name, value)
    assert not load_sample(tmp_path)
    assert not Subscriber.objects.exists()
    assert not (tmp_path / "sample.loaded").exists()


@pytest.mark.django_db(transaction=True)
def test_the_first_edition_is_dispatched_at_once() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        queue = f"{settings.REDIS_PREFIX}default"
        before = client.llen(queue)
        send_first_edition(seconds=5)
        assert client.llen(queue) == before + 3  # a task for each cadence
