from __future__ import annotations

import pytest

from web.languages import accepted_language, language_choices, usable_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("de-AT", "de"),
        ("de-CH-1996", "de"),
        ("DE", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.2,de;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.3", "de"),  # the first that the site has
        ("fr,es;q=0.5", "en"),  # none of them
        ("*", "en"),
        ("fr,*;q=0.1", "en"),
        ("*,de;q=0.5", "en"),  # any language rather than German
        ("de;q=0", "en"),  # German is refused
        ("de;q=0,en;q=0.1", "en"),
        ("den", "en"),  # Slavey is not German
        ("nds", "en"),
        ("x" * 600, "en"),
        ("de,", "de"),
        ("en-" + "a-" * 200, "en"),
        ("../../etc/passwd", "en"),
        ("de," + "x-" * 600, "de"),  # what stands within the first 500 characters counts
        ("x-" * 600 + ",de", "en"),
        ("de\x00", "en"),
    ],
)
def test_a_header_gives_the_language_of_the_site_that_it_prefers(
    header: str, language: str
) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize(
    ("stored", "language"), [("en", "en"), ("de", "de"), ("fr", "en"), ("", "en"), ("DE", "en")]
)
def test_a_language_that_the_site_does_not_have_is_the_default_one(
    stored: str, language: str
) -> None:
    assert usable_language(stored) == language


def test_each_language_is_offered_in_its_own_words() -> None:
    assert language_choices() == [("en", "English"), ("de", "Deutsch")]
