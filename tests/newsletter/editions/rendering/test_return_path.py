"""The token of a return path names its delivery, and survives what servers do to a local part."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.inbound.addresses import parse_address
from newsletter.editions.old_tokens import make_old_tokens
from newsletter.editions.rendering.return_path import LONGEST, bounce_token, read_bounce_token
from newsletter.editions.tokens import make_tokens
from tests.factories import NOON
from tests.newsletter.editions.digests import make_digest

PROOF = "0123456789abcdef"


def test_a_token_is_the_id_in_base_36_and_the_start_of_the_proof() -> None:
    tokens = make_tokens(1295, 3, "a secret", NOON)
    assert bounce_token(1295, tokens) == f"zz-{tokens.message[:16]}"
    assert read_bounce_token(bounce_token(1295, tokens)) == (1295, tokens.message[:16])


def test_the_largest_id_has_the_longest_token() -> None:
    largest = 2**48 - 1
    token = bounce_token(largest, make_tokens(largest, 3, "a secret", NOON))
    assert len(token) <= LONGEST
    assert read_bounce_token(token) == (largest, token[-16:])


def test_a_message_of_the_first_renderer_has_one_too() -> None:
    token = bounce_token(7, make_old_tokens(7, ""))
    found = read_bounce_token(token)
    assert found is not None
    assert (found.delivery_id, len(found.proof)) == (7, 16)


def test_it_is_read_in_capitals() -> None:
    assert read_bounce_token(f"ZZ-{PROOF.upper()}") == (1295, PROOF)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", PROOF, f"-{PROOF}", f"zz-{PROOF[1:]}", f"zz-{PROOF}0", f"zz_{PROOF}"),
        *(f"0-{PROOF}", f"{'z' * 11}-{PROOF}", f"{'1' * 12}-{PROOF}", f"zz-{'g' * 16}"),
        *(f" zz-{PROOF}", f"zz-{PROOF}\n", f"zz-{PROOF}@papers.test", f"ß-{PROOF}"),
        *(f"\u0661-{PROOF}", f"\u212a-{PROOF}", "zz-" + "\uff11" * 16),
    ],
)  # fmt: skip
def test_other_texts_are_no_token(text: str) -> None:
    assert read_bounce_token(text) is None


def test_a_digest_returns_to_an_address_that_names_it(settings: Settings) -> None:
    settings.INBOUND_ADDRESS, settings.RETURN_PATH = "reply@in.papers.test", "verp"
    digest = make_digest(delivery_id=1295)
    assert digest.return_path == f"reply+b-zz-{digest.tokens.message[:16]}@in.papers.test"
    found = parse_address(digest.return_path.upper())
    assert found is not None
    assert read_bounce_token(found.token) == (1295, digest.tokens.message[:16])
