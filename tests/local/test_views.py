from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from local.smtp_catcher import Maildir
from local.views import PAGE_SIZE
from tests.local.test_mailbox import HTML, make_mail


@pytest.fixture
def maildir(tmp_path: Path, settings: Settings) -> Maildir:
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    return Maildir(tmp_path / "mail")


def soup(response: Any) -> BeautifulSoup:
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def subjects(client: Client, query: str = "") -> list[str]:
    page = soup(client.get(reverse("local:mailbox") + query))
    return [link.get_text() for link in page.select(".mails .subject")]


def policy(response: Any) -> dict[str, str]:
    directives = response["Content-Security-Policy"].split(";")
    return {name: value for name, _, value in (one.strip().partition(" ") for one in directives)}


# ── where there is a mailbox ─────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["mailbox", "mail", "mail_html", "mail_raw"])
def test_there_is_no_page_without_a_mailbox(
    name: str, maildir: Maildir, settings: Settings, client: Client
) -> None:
    key = maildir.store(make_mail()).name
    address = reverse(f"local:{name}", args=[] if name == "mailbox" else [key])
    assert client.get(address).status_code == 200
    settings.MAILBOX_DIR = ""
    assert client.get(address).status_code == 404


def test_an_empty_mailbox_says_what_to_do(maildir: Maildir, client: Client) -> None:
    assert "No mail yet" in soup(client.get(reverse("local:mailbox"))).get_text()


def test_a_mailbox_without_a_folder_is_empty(
    tmp_path: Path, settings: Settings, client: Client
) -> None:
    settings.MAILBOX_DIR = str(tmp_path / "not-yet")
    assert subjects(client) == []


@pytest.mark.parametrize("name", ["mailbox", "mail", "mail_html", "mail_raw"])
def test_it_can_only_be_read(name: str, maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail()).name
    address = reverse(f"local:{name}", args=[] if name == "mailbox" else [key])
    assert client.post(address).status_code == 405
    assert client.delete(address).status_code == 405
    assert client.head(address).status_code == 200


def test_reading_moves_no_mail(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail()).name
    for name in ("mail", "mail_html", "mail_raw"):
        client.get(reverse(f"local:{name}", args=[key]))
    assert [path.name for path in (maildir.folder / "new").iterdir()] == [key]


# ── the list ─────────────────────────────────────────────────────────────────


def test_the_list_has_the_newest_mail_first(maildir: Maildir, client: Client) -> None:
    for subject in ("first", "second"):
        maildir.store(make_mail(subject))
    assert subjects(client) == ["second", "first"]


def test_each_entry_has_from_to_and_date_and_leads_to_the_mail(
    maildir: Maildir, client: Client
) -> None:
    key = maildir.store(make_mail("Hello", to="ada@example.com")).name
    (entry,) = soup(client.get(reverse("local:mailbox"))).select(".mails li")
    text = " ".join(entry.get_text().split())
    assert "Trending Papers <digest@localhost> to ada@example.com" in text
    assert "23 Nov 2026, 07:00 UTC" in text
    assert entry.select_one(".subject")["href"] == f"/mailbox/{key}/"  # type: ignore[index]


def test_the_list_can_be_filtered_by_recipient(maildir: Maildir, client: Client) -> None:
    maildir.store(make_mail("for Ada", to="ada@example.com"))
    maildir.store(make_mail("for Bruno", to="bruno@example.com"))
    assert subjects(client, "?to=bruno@example.com") == ["for Bruno"]
    assert subjects(client, "?to=BRUNO") == ["for Bruno"]
    assert subjects(client, "?to=") == ["for Bruno", "for Ada"]


def test_the_next_page_keeps_the_filter(maildir: Maildir, client: Client) -> None:
    for number in range(PAGE_SIZE + 3):
        maildir.store(make_mail(str(number), to="a+b&c@example.com"))
    maildir.store(make_mail("another", to="bruno@example.com"))
    page = soup(client.get(reverse("local:mailbox"), {"to": "a+b&c@"}))
    older = page.select_one("a[rel=next]")
    assert older is not None
    assert subjects(client, str(older["href"])) == ["2", "1", "0"]


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "1e9", ""])
def test_a_page_that_does_not_exist_shows_the_nearest(
    number: str, maildir: Maildir, client: Client
) -> None:
    maildir.store(make_mail("only"))
    assert subjects(client, f"?page={number}") == ["only"]


def test_the_text_of_a_mail_cannot_become_markup(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail("<script>alert(1)</script>", to='"<b>" <a@example.com>')).name
    for address in (reverse("local:mailbox"), reverse("local:mail", args=[key])):
        page = soup(client.get(address))
        assert not page.select("script, b")
        assert "<script>alert(1)</script>" in page.get_text()


def test_the_list_reads_only_the_heads_of_its_page(
    maildir: Maildir, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(PAGE_SIZE * 2):
        maildir.store(make_mail(str(number)))
    opened: list[Path] = []
    real_open = Path.open

    def counting_open(path: Path, *args: object) -> object:
        opened.append(path)
        return real_open(path, *args)  # type: ignore[call-overload]

    monkeypatch.setattr("local.mailbox.Path.open", counting_open)
    subjects(client)
    in_mailbox = [path for path in opened if maildir.folder in path.parents]
    assert len(in_mailbox) == PAGE_SIZE


# ── one mail ─────────────────────────────────────────────────────────────────


def test_a_mail_is_shown_with_frame_text_and_headers(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail("Hello")).name
    page = soup(client.get(reverse("local:mail", args=[key])))
    frame = page.select_one("iframe")
    assert frame is not None
    assert frame["src"] == f"/mailbox/{key}/html/"
    assert page.select_one("pre").get_text().strip() == "Zoë, in plain words."  # type: ignore[union-attr]
    names = [name.get_text() for name in page.select("dl.headers dt")]
    assert names[:4] == ["From", "To", "Subject", "Date"]


def test_the_frame_may_open_links_and_nothing_else(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail()).name
    frame = soup(client.get(reverse("local:mail", args=[key]))).select_one("iframe")
    assert frame is not None
    assert set(frame.get_attribute_list("sandbox")) == {
        "allow-popups",
        "allow-popups-to-escape-sandbox",
    }


def test_no_other_page_of_the_site_may_be_framed(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail()).name
    outer = client.get(reverse("local:mail", args=[key]))
    assert outer["X-Frame-Options"] == "DENY"
    assert policy(outer)["default-src"] == "'self'"  # which lets it hold the frame
    inner = client.get(reverse("local:mail_html", args=[key]))
    assert inner["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(inner)["frame-ancestors"] == "'self'"


def test_the_html_of_a_mail_runs_loads_and_sends_nothing(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail(html="<script>alert(1)</script><img src=https://x/y.gif>")).name
    assert policy(client.get(reverse("local:mail_html", args=[key]))) == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
    }


def test_the_frame_holds_the_html_as_it_was_sent(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail()).name
    response = client.get(reverse("local:mail_html", args=[key]))
    assert response["Content-Type"] == "text/html; charset=utf-8"
    shown = response.content.decode().replace('<base target="_blank">', "")
    assert shown.strip() == HTML


def test_a_mail_of_text_only_has_no_frame(maildir: Maildir, client: Client) -> None:
    key = maildir.store(make_mail(html=None)).name
    assert not soup(client.get(reverse("local:mail", args=[key]))).select("iframe")
    assert client.get(reverse("local:mail_html", args=[key])).status_code == 404


def test_the_raw_mail_is_saved_byte_for_byte(maildir: Maildir, client: Client) -> None:
    content = b"Subject: a\r\n\r\n\xff\x00.\r\n"
    key = maildir.store(content).name
    response = client.get(reverse("local:mail_raw", args=[key]))
    assert response.content == content
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="{key}.eml"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_empty_mail_is_still_a_page(maildir: Maildir, client: Client) -> None:
    key = maildir.store(b"").name
    text = soup(client.get(reverse("local:mail", args=[key]))).get_text()
    assert "(no subject)" in text


@pytest.mark.parametrize(
    "path",
    ["../secret", "..%2fsecret", "%2e%2e", "%2fetc%2fpasswd", "..%5csecret", "secret", "%00"],
)
@pytest.mark.parametrize("end", ["", "html/", "raw/"])
def test_no_address_leads_out_of_the_mailbox(
    path: str, end: str, maildir: Maildir, client: Client
) -> None:
    (maildir.folder / "secret").write_text("secret")
    response = client.get(f"/mailbox/{path}/{end}")
    assert response.status_code == 404
