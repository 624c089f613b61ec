"""After an older dump is restored, ids come back for other readers, and links do not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client

from local.servers import postgres_program
from newsletter.editions.loaded_edition import _load, rebuild
from newsletter.editions.rendering.message import Digest
from newsletter.models import Delivery
from subscribers import tokens
from subscribers.messages import build
from subscribers.models import Subscriber
from tests.factories import NOON, make_delivery, make_edition, make_mail, make_subscriber
from tests.newsletter.sent_digests import make_sent

pytestmark = pytest.mark.django_db(transaction=True)


def run(program: str, *words: str) -> None:
    values = connection.get_connection_params()
    place = ["--host", values["host"], "--username", values["user"], "--dbname", values["dbname"]]
    connections.close_all()
    done = subprocess.run(
        [postgres_program(program), *place, *words], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


def sent_to(reader: Subscriber) -> tuple[Delivery, Digest]:
    delivery = make_sent(reader)
    return delivery, rebuild(delivery, reader.email)


def dumped(folder: Path) -> Path:
    path = folder / "dump"
    run("pg_dump", "--format=custom", "--file", str(path))
    return path


def restore(dump: Path) -> None:
    # Not `pg_restore --clean`: it cannot drop the constraints that partitions inherit.
    run("psql", "--quiet", "--command", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    run("pg_restore", "--exit-on-error", str(dump))
    _load.cache_clear()


def paths_of(digest: Digest, reader: Subscriber) -> list[str]:
    """Every link that a reader has been mailed, and their own feed."""
    own = {purpose: tokens.make(purpose, reader) for purpose in ("confirm", "preferences", "feed")}
    made = digest.tokens
    return [
        *(f"/u/{made.unsubscribe}", f"/p/{made.preferences}", f"/d/{made.read}"),
        *(f"/r/{made.read}/3", f"/r/{made.read}", f"/confirm/{own['confirm']}/"),
        *(f"/preferences/{own['preferences']}/{end}" for end in ("", "unsubscribe/", "come-back/")),
        f"/feeds/mine/{own['feed']}.atom",
    ]


def states() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("email", "state"))


def test_links_of_a_reader_after_the_dump_open_nothing_of_another(
    client: Client, tmp_path: Path
) -> None:
    dump = dumped(tmp_path)
    ada = make_subscriber("ada@example.com", next_send_at=NOON)
    asked = build(make_mail(ada), NOON).headers["Message-ID"]
    before, first = sent_to(ada)
    paths = paths_of(first, ada)
    restore(dump)
    bob = make_subscriber("bob@example.com", next_send_at=NOON)
    answered = build(make_mail(bob), NOON).headers["Message-ID"]
    after, second = sent_to(bob)
    assert (before.pk, ada.pk) == (after.pk, bob.pk)
    assert asked != answered
    assert first.headers["Message-ID"] != second.headers["Message-ID"]
    for path in paths:
        assert client.get(path).status_code == 404
        assert client.post(path).status_code in {404, 405}
    assert states() == {"bob@example.com": "active"}
    assert client.get(f"/d/{second.tokens.read}").status_code == 200


def test_a_reader_of_the_dump_still_unsubscribes_by_a_mail_from_after_it(
    client: Client, tmp_path: Path
) -> None:
    ada = make_subscriber("ada@example.com", next_send_at=NOON)
    dump = dumped(tmp_path)
    delivery, digest = sent_to(ada)
    restore(dump)
    bob = make_subscriber("bob@example.com", next_send_at=NOON)
    assert make_delivery(make_edition(), bob).pk == delivery.pk
    assert client.get(f"/d/{digest.tokens.read}").status_code == 404
    assert client.post(f"/u/{digest.tokens.unsubscribe}").status_code == 200
    assert states() == {"ada@example.com": "unsubscribed", "bob@example.com": "active"}
