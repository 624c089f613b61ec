from __future__ import annotations

import time

from django.template import Context, Template

from subscribers.pages.honeypot import field_names
from web.stamps import age


def guard() -> str:
    return Template("{% load sign_up %}{% sign_up_guard %}").render(Context())


def test_the_field_is_hidden_from_people_screen_readers_and_password_managers() -> None:
    html = guard()
    assert 'aria-hidden="true" inert' in html
    for hint in ('tabindex="-1"', 'autocomplete="off"', "data-1p-ignore", 'data-lpignore="true"'):
        assert hint in html
    assert f'name="{field_names()[0]}"' in html
    assert "display" not in html


def test_no_word_of_the_field_is_one_that_browsers_fill_in() -> None:
    words = ("website", "url", 'name="name', "phone", "company", "address", "email")
    assert not [word for word in words if word in guard()]


def test_the_form_says_when_it_was_served() -> None:
    value = guard().partition('value="')[2].partition('"')[0]
    seconds = age(value, time.time())
    assert seconds is not None
    assert 0 <= seconds < 2
