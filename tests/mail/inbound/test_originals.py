"""The traces of a mail of ours are found wherever they stand."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from mail.inbound.addresses import InboundAddress
from mail.inbound.mime import take_apart
from mail.inbound.originals import (
    message_ids,
    our_addresses,
    replied_to,
    returned_texts,
    texts_of,
    unsubscribe_links,
)
from tests.mail.inbound.corpus.mails import MESSAGE_ID, UNSUBSCRIBE_TOKEN, postfix, reply


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Message-ID: {MESSAGE_ID}", (MESSAGE_ID,)),
        (f"id {MESSAGE_ID.strip('<>').upper()} was refused", (MESSAGE_ID,)),
        (f"{MESSAGE_ID} {MESSAGE_ID}", (MESSAGE_ID,)),
        ("<confirm.12.0123456789abcdef0123@papers.example.org>",
         ("<confirm.12.0123456789abcdef0123@papers.example.org>",)),
        (MESSAGE_ID.replace("papers.", "other."), ()),
        (MESSAGE_ID.replace(".org", ".org.example.net"), ()),
        ("<digest.4711.0123@papers.example.org>", ()),
        ("<77@papers.example.org>", ()),
    ],
)  # fmt: skip
def test_message_ids_of_our_domain_and_form_are_found(text: str, found: tuple[str, ...]) -> None:
    assert message_ids([text]) == found


def test_a_reply_names_the_mail_it_answers_first() -> None:
    older = MESSAGE_ID.replace("4711", "4700")
    mail = take_apart(reply(head=f"References: <x@example.net> {older} {MESSAGE_ID}"))
    assert replied_to(mail) == (MESSAGE_ID, older)


def test_the_returned_headers_come_before_the_rest() -> None:
    mail = take_apart(postfix("5.1.1", "smtp; 550 5.1.1 User unknown"))
    assert any(MESSAGE_ID in text for text in returned_texts(mail))
    assert len(texts_of(mail)) > len(returned_texts(mail)) > 5


def test_links_to_unsubscribe_are_found() -> None:
    text = f"List-Unsubscribe: <https://papers.example.org/u/{UNSUBSCRIBE_TOKEN}>"
    assert unsubscribe_links([text, text]) == (UNSUBSCRIBE_TOKEN,)
    assert unsubscribe_links(["https://papers.example.org/u/short"]) == ()


def test_our_addresses_are_found(settings: Settings) -> None:
    text = "<Reply+b-3mv-00ff@in.example.org>, <mailto:reply+u-Ab_1@in.example.org?subject=x>"
    found = (InboundAddress("bounce", "3mv-00ff"), InboundAddress("unsubscribe", "Ab_1"))
    assert our_addresses([text]) == found
    settings.INBOUND_ADDRESS = ""
    assert our_addresses([text]) == ()
