"""Why an address cannot be used: a sentence for each kind of error, in our own words."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email

from subscribers.addresses import BadAddress, normalised
from subscribers.pages.wording.address_words import what_is_wrong

GENERAL = (
    "No mail can reach this address. Please look at it again: it has the form you@example.org."
)
AFTER = "cannot stand after the @. Please take it out or correct it."
NUMBER = "Please type the name of a mail provider after the @, not the number of a machine."
FOREIGN = (
    "We cannot write to an address with “ä” before the @. Please use one with the letters a to z."
)
EXAMPLES = [
    ("ada.example.org", "The @ is missing. An address has the form you@example.org."),
    ("ada@@example.org", "There is more than one @ in it. Please take out what is too many."),
    ("@example.org", "Please type what stands before the @, as in you@example.org."),
    ("ada@", "Please type what stands after the @, as in you@example.org."),
    ("ada l@example.org", "There is a space in it. Please take it out: an address has none."),
    ("ada@example.org, bo@example.org", "These are several addresses. Please type only one."),
    ("a@example.org\nbo@example.org", "These are several addresses. Please type only one."),
    (
        "Ada <ada@example.org>",
        "Please type the address alone, without a name or signs around it.",
    ),
    (
        "mailto:ada@example.org",
        "Please type the address alone, without a name or signs around it.",
    ),
    ("ada@gmail", "The ending is missing after “gmail”, such as .com or .org."),
    ("ada@example,org", f"“,” {AFTER}"),
    ("ada@example.org/", f"“/” {AFTER}"),
    ("ada@my_lab.org", f"“_” {AFTER}"),
    ("ada\\l@example.org", "“\\” cannot stand before the @. Please take it out or correct it."),
    ("ada..l@example.org", "There are two dots in a row. Please take one out."),
    (
        "ada.@example.org",
        "The part before the @ cannot begin or end with a dot. Please take it out.",
    ),
    ("ada@.example.org", "No dot can stand right after the @. Please take it out."),
    ("ada@[192.0.2.1]", NUMBER),
    ("ada@192.0.2.1", NUMBER),
    (
        "ada@localhost",
        "No mail can reach “localhost”: it is not on the internet. Please use another address.",
    ),
    (
        "ada@lab.test",
        "No mail can reach “lab.test”: it is not on the internet. Please use another address.",
    ),
    ("ädä@example.org", FOREIGN),
    ("a" * 65 + "@example.org", "This is too long for an address. Please look at it again."),
    (
        "ada@-lab.org",
        "After the @, no part can begin or end with a hyphen. Please take it out.",
    ),
    ("ada@xn--a.org", GENERAL),
    ("ada\x00@example.org", GENERAL),
]


@pytest.mark.parametrize(("typed", "sentence"), EXAMPLES)
def test_each_kind_of_error_has_its_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(BadAddress):
        normalised(typed)
    assert what_is_wrong(typed) == sentence


@pytest.mark.parametrize("typed", [typed for typed, _ in EXAMPLES])
def test_no_sentence_is_that_of_the_library(typed: str) -> None:
    with pytest.raises(EmailNotValidError) as refused:
        validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    assert str(refused.value) not in what_is_wrong(typed)
    assert "@-sign" not in what_is_wrong(typed)
