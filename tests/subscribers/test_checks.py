from __future__ import annotations

import pytest
from pytest_django import Settings

from subscribers.checks import check_sign_up_rate


def test_a_rate_passes(settings: Settings) -> None:
    settings.SIGN_UP_RATE = "30/hour"
    assert check_sign_up_rate() == []


@pytest.mark.parametrize("name", ["SIGN_UP_RATE", "SIGN_UP_RATE_DOMAIN", "SIGN_UP_RATE_SITE"])
def test_a_rate_that_cannot_be_parsed_is_an_error(settings: Settings, name: str) -> None:
    setattr(settings, name, "often")
    [error] = check_sign_up_rate()
    assert (error.id, error.msg) == ("trending.E010", f"{name} is 'often', which is no rate.")
    assert "30/hour" in str(error.hint)
