"""The colours of the admin and the links of its side bar. Unfold reads it as settings.UNFOLD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _page(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """A link of the side bar, shown to users who may view its rows."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(f"{app}.view_{model}"),
    }


def _may_view(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


_HOME: Final = {"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")}

UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Trending Papers",
    "SITE_HEADER": "Trending Papers",
    "SITE_SYMBOL": "newspaper",
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "newsletter.dashboard.show",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("favicon.svg"),
        }
    ],
    "STYLES": [lambda _request: static("admin.css")],
    "COLORS": {
        # Vermilion. Unfold uses 600 on a light and 500 on a dark background.
        "primary": {
            "50": "#fff5f0",
            "100": "#ffe6da",
            "200": "#ffcab3",
            "300": "#ffa982",
            "400": "#ff9a71",
            "500": "#ff8a5c",
            "600": "#c2410c",
            "700": "#a3360a",
            "800": "#7f2c0d",
            "900": "#5f230d",
            "950": "#381205",
        },
        # The site's black and off-white, so that the accent has the same background as there.
        "base": {
            "50": "#fbfaf7",
            "100": "#f3f0ea",
            "200": "#e4e0d8",
            "300": "#d0cabf",
            "400": "#9b958b",
            "500": "#6a665f",
            "600": "#54514b",
            "700": "#3d3a36",
            "800": "#2c2a26",
            "900": "#141311",
            "950": "#0d0c0b",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {"items": [_HOME]},
            {
                "title": "Newsletter",
                "separator": True,
                "items": [
                    _page("Editions", "menu_book", "newsletter", "edition"),
                    _page("Candidates", "format_list_numbered", "newsletter", "candidate"),
                    {
                        "title": "Preview of a mail",
                        "icon": "preview",
                        "link": reverse_lazy("admin:newsletter_preview"),
                        "permission": _may_view("newsletter.view_edition"),
                    },
                    _page("Deliveries", "outgoing_mail", "newsletter", "delivery"),
                    _page("Events", "forward_to_inbox", "newsletter", "deliveryevent"),
                    _page("Incoming mail", "inbox", "newsletter", "inboundmessage"),
                    _page("Archived deliveries", "inventory_2", "newsletter", "archiveddelivery"),
                    _page("Tallies", "tag", "newsletter", "tally"),
                    _page("Clock readings", "schedule", "newsletter", "clockreading"),
                ],
            },
            {
                "title": "Subscribers",
                "separator": True,
                "items": [
                    _page("Subscribers", "group", "subscribers", "subscriber"),
                    _page("Interests", "interests", "subscribers", "interest"),
                    _page("Saved papers and feedback", "thumbs_up_down", "subscribers", "feedback"),
                    _page("Papers to look up", "travel_explore", "subscribers", "seedrequest"),
                    _page("Address changes", "move_item", "subscribers", "addresschange"),
                    _page("Consent entries", "fact_check", "subscribers", "consententry"),
                    _page("Suppressions", "block", "subscribers", "suppression"),
                    _page(
                        "Transactional mails", "mark_email_read", "subscribers", "transactionalmail"
                    ),
                ],
            },
            {
                "title": "Papers",
                "separator": True,
                "items": [
                    _page("Papers", "article", "papers", "paper"),
                    _page("Topics", "sell", "papers", "topic"),
                    _page("Curators", "person_edit", "papers", "curator"),
                    _page("Listings", "event_note", "papers", "listing"),
                    _page("Trends", "trending_up", "papers", "trend"),
                    _page("Signals", "timeline", "papers", "signal"),
                    _page("Paper topics", "link", "papers", "papertopic"),
                    _page("Raw records", "data_object", "papers", "rawrecord"),
                    _page("Written summaries", "edit_note", "papers", "writtensummary"),
                    _page("Search entries", "search", "papers", "searchentry"),
                ],
            },
            {
                "title": "Sources",
                "separator": True,
                "items": [
                    _page("Jobs", "schedule", "papers", "job"),
                    _page("Job steps", "history", "papers", "jobstep"),
                ],
            },
            {
                "title": "Operators",
                "separator": True,
                "items": [
                    _page("Users", "person", "auth", "user"),
                    _page("Groups", "shield_person", "auth", "group"),
                ],
            },
        ],
    },
}
