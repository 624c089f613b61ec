"""Where a login to the admin leads: to a page that is there, whatever address it was given."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db

PASSWORD = "right-password"


@pytest.fixture
def operator() -> Client:
    User.objects.create_superuser("ada", "ada@example.org", PASSWORD)
    return Client()


def log_in(operator: Client, target: str | None, *, is_posted: bool = True) -> tuple[str, int]:
    """Where the login leads in the end, and the status there."""
    form = {"username": "ada", "password": PASSWORD}
    path = "/admin/login/"
    if target is not None and is_posted:
        form["next"] = target
    elif target is not None:
        path = f"{path}?next={target}"
    response = operator.post(path, form, follow=True)
    address, _ = response.redirect_chain[-1]
    return address, response.status_code


@pytest.mark.parametrize("is_posted", [True, False])
@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "/admin/login/",
        "/admin/logout/",
        "/admin/no-such-page/",
        "/admin/papers/nothing/",
        "/no-such-page/",
        "/accounts/profile/",
        "https://evil.example/admin/",
        "//evil.example/",
        "///evil.example",
        "javascript:alert(1)",
        "http://[evil",
        "\\\\evil.example",
    ],
)
def test_it_leads_home_where_next_is_no_page_of_the_site(
    operator: Client, target: str | None, is_posted: bool
) -> None:
    assert log_in(operator, target, is_posted=is_posted) == ("/admin/", 200)


@pytest.mark.parametrize(
    "target", ["/admin/", "/admin/papers/paper/", "/admin/papers/paper/?q=tea", "/subscribe/"]
)
def test_it_leads_to_the_page_that_was_asked_for(operator: Client, target: str) -> None:
    assert log_in(operator, target) == (target, 200)


def test_a_page_of_the_admin_asks_for_the_login_and_comes_back(operator: Client) -> None:
    asked = operator.get("/admin/subscribers/subscriber/")
    assert asked["Location"] == "/admin/login/?next=/admin/subscribers/subscriber/"
    form = operator.get(asked["Location"]).content.decode()
    assert 'action="/admin/login/?next=/admin/subscribers/subscriber/"' in form
    assert log_in(operator, "/admin/subscribers/subscriber/")[1] == 200


def test_a_wrong_password_shows_the_form_again(operator: Client) -> None:
    response = operator.post("/admin/login/", {"username": "ada", "password": "wrong"})
    assert response.status_code == 200
    assert "Please enter the correct username and password" in response.content.decode()
