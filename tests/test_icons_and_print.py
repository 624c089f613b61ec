"""What browsers, phones and printers ask of the site beside its pages."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_paper
from tests.test_pages_browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]  # the fixture that starts the system's Chromium
pytestmark = pytest.mark.django_db
ROOT: Final = Path(__file__).resolve().parents[1]


def get(client: Client, path: str) -> tuple[str, bytes]:
    response: Any = client.get(path)
    assert response.status_code == 200, path
    return response["Content-Type"], b"".join(response.streaming_content)


def test_the_icon_is_where_browsers_look_without_being_told(client: Client) -> None:
    kind, content = get(client, "/favicon.ico")
    assert kind in {"image/x-icon", "image/vnd.microsoft.icon"}
    assert Image.open(io.BytesIO(content)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_icon_of_a_home_screen_has_no_transparent_ground(client: Client) -> None:
    _, content = get(client, "/apple-touch-icon.png")
    image = Image.open(io.BytesIO(content))
    assert image.size == (180, 180)
    assert "transparency" not in image.info


def test_the_manifest_names_icons_of_the_sizes_they_have(client: Client) -> None:
    kind, content = get(client, "/manifest.webmanifest")
    assert kind == "application/manifest+json"
    icons = json.loads(content)["icons"]
    assert len(icons) == 3
    for icon in icons:
        image = Image.open(io.BytesIO(get(client, icon["src"])[1]))
        sizes = image.info.get("sizes", {image.size})
        assert {f"{wide}x{high}" for wide, high in sizes} == set(icon["sizes"].split())


def test_a_page_names_what_is_there(client: Client) -> None:
    page = BeautifulSoup(client.get("/").content, "html.parser")
    for link in page.select('link[rel="icon"][sizes], link[rel="apple-touch-icon"]'):
        get(client, str(link["href"]))
    assert page.select_one('link[rel="manifest"][href="/manifest.webmanifest"]')


def test_the_frame_of_a_browser_has_the_colour_of_the_page(client: Client) -> None:
    style = (ROOT / "static" / "site.css").read_text()
    light, dark = re.findall(r"--paper: (#[0-9a-f]{6});", style)
    page = BeautifulSoup(client.get("/").content, "html.parser")
    colours = {str(one["media"]): one["content"] for one in page.select("[name=theme-color]")}
    assert colours == {
        "(prefers-color-scheme: light)": light,
        "(prefers-color-scheme: dark)": dark,
    }
    manifest = json.loads((ROOT / "static" / "root" / "manifest.webmanifest").read_text())
    assert {manifest["theme_color"], manifest["background_color"]} == {light}


def test_on_paper_there_are_words_on_white_and_nothing_to_press(
    browser: Browser, live_server: LiveServer
) -> None:
    make_paper("A title worth its ink")
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    page.goto(live_server.url)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
    assert page.get_by_role("heading", name="A title worth its ink").is_visible()
    pressed = page.locator("form, button, nav")
    assert not any(one.is_visible() for one in pressed.all())
    page.close()
