"""The main job, end to end, in real processes: sign up, confirm, receive, unsubscribe, no more.

Beat ticks every second here. The slots of subscribers are brought forward in the database; nothing
else is shortened.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.service import Response, Service, links, wait_until

pytestmark = pytest.mark.flow

LISTING = "\n\n".join(
    f"{title}\n\n{summary}"
    for title, summary in [
        ("Circuits of a Small Transformer", "We interpret neurons and circuits: interpretability."),
        (
            "Sparse Features, Explained",
            "Interpretability of language models by sparse autoencoders.",
        ),
        ("What Neurons Say", "A mechanistic interpretability study of neurons and their circuits."),
        ("Hearing Voices", "Automatic speech recognition of far away speech and speakers."),
        ("A Codec for Speech", "Speech synthesis and speech recognition share one audio codec."),
        ("Music and Machine", "Music generation and audio understanding with audio transformers."),
    ]
)


@pytest.fixture(scope="module", params=["embedded", *(["given"] if servers.GIVEN else [])])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service on servers of its own, and on those that DATABASE_URL and REDIS_URL name."""
    var = tmp_path_factory.mktemp("var")
    if request.param == "embedded":
        with Service(var, TICK_SECONDS="1") as running:
            yield running
    else:
        yield from _on_given_servers(var)


def _on_given_servers(var: Path) -> Iterator[Service]:
    name = f"trending_flow_{var.parent.name.replace('-', '_')}"
    with psycopg.connect(servers.GIVEN["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    given = {
        "DATABASE_URL": servers.with_database(servers.GIVEN["DATABASE_URL"], name),
        "REDIS_URL": servers.GIVEN["REDIS_URL"],
        "REDIS_PREFIX": f"{name}:",
        "LOCAL": "true",
    }
    service = Service(var, TICK_SECONDS="1", **given)
    service.manage("migrate", "--verbosity=0")
    listing = var / "listing.txt"
    listing.write_text(LISTING)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    service.manage("ingest", "listing", str(listing), "--day", yesterday.isoformat())
    with service:
        yield service


def sign_up(service: Service, email: str) -> Response:
    action, fields = service.get("/").form(holding="email")
    return service.post(action, {**dict(fields), "email": email})


def confirmation(service: Service, email: str) -> EmailMessage:
    return wait_until(lambda: service.mails(email), f"a confirmation to {email}")[0]


def confirm(service: Service, email: str, topic: str) -> Response:
    [link] = [link for link in links(confirmation(service, email)) if "/confirm/" in link]
    action, fields = service.get(link).form()
    chosen = [*(pair for pair in fields if pair[0] != "topics"), ("topics", topic)]
    return service.get(service.post(action, chosen).location)


def become_due(service: Service, email: str) -> None:
    service.query(
        """UPDATE subscribers_subscriber SET next_send_at = now()
            WHERE email = %s AND state = 'active'""",
        email,
    )


def digests(service: Service, email: str) -> list[EmailMessage]:
    return [mail for mail in service.mails(email) if mail["List-Id"]]


def digest(service: Service, email: str) -> EmailMessage:
    return wait_until(lambda: digests(service, email), f"a digest to {email}")[0]


def papers_in(service: Service, mail: EmailMessage) -> set[str]:
    """The papers of a digest, by the pages that its links lead to."""
    targets = {service.get(link).location for link in links(mail) if "/r/" in link}
    return {target for target in targets if target.startswith("/papers/")}


def deliveries(service: Service, email: str) -> list[tuple[str, date]]:
    return service.query(
        """SELECT delivery.state, edition.day FROM newsletter_delivery AS delivery
             JOIN newsletter_edition AS edition ON edition.id = delivery.edition_id
             JOIN subscribers_subscriber AS reader ON reader.id = delivery.subscriber_id
            WHERE reader.email = %s""",
        email,
    )


def one_click(service: Service, mail: EmailMessage) -> Response:
    return service.post(mail["List-Unsubscribe"].strip("<>"), {"List-Unsubscribe": "One-Click"})


def test_from_the_sign_up_to_the_last_digest(service: Service) -> None:
    inner, outer = "inner@readers.example.org", "outer@readers.example.org"
    for email, topic in ((inner, "interpretability"), (outer, "speech-audio")):
        assert sign_up(service, email).status == 200
        assert "first digest" in confirm(service, email, topic).words.lower()
        become_due(service, email)

    of_inner, of_outer = (papers_in(service, digest(service, email)) for email in (inner, outer))
    assert of_inner
    assert of_outer
    assert of_inner != of_outer

    assert one_click(service, digest(service, inner)).status == 200
    assert service.query("SELECT state FROM subscribers_subscriber WHERE email = %s", inner) == [
        ("unsubscribed",)
    ]

    # Both would be due for the day's edition now: the one who stayed gets a row in the ledger, with
    # a digest or skipped, and the one who left gets none.
    service.query(
        "UPDATE subscribers_subscriber SET cadence = 'daily' WHERE email LIKE '%er@readers%'"
    )
    become_due(service, inner)
    become_due(service, outer)
    wait_until(lambda: len(deliveries(service, outer)) == 2, "a second delivery")
    assert len(deliveries(service, inner)) == 1
    assert len(digests(service, inner)) == 1


def test_the_form_responds_alike_to_new_and_known_addresses(service: Service) -> None:
    new, known = "newcomer@readers.example.org", "outer@readers.example.org"
    first, second = (sign_up(service, email).text.replace(email, "X") for email in (new, known))
    assert first == second


def test_no_token_reaches_a_log(service: Service) -> None:
    tokens = {
        link.split("/")[4]
        for mail in service.mails()
        for link in links(mail)
        if link.count("/") > 3 and len(link.split("/")[4]) > 20
    }
    assert tokens
    logs = "".join(path.read_text() for path in (service.var / "log").glob("*.log"))
    assert not [token for token in tokens if token in logs]
