"""The links of a digest, and the feeds of what is sent.

The paths of the links are short, since a digest holds dozens; each token stands for one delivery.
A link that was cut or changed on its way finds its view as well, which repairs it or says so.
"""

from django.urls import path, re_path

from newsletter import preview_page, views
from newsletter.feeds import EditionsFeed, OwnFeed
from web.mangled import route

app_name = "newsletter"
urlpatterns = [
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", views.preferences, name="preferences"),
    path("d/<str:token>", views.browser, name="browser"),
    re_path(route("u"), views.unsubscribe),
    re_path(route("p"), views.preferences),
    re_path(route("d"), views.browser),
    re_path(route("r"), views.follow),
    path("feeds/editions/<slug:cadence>.atom", EditionsFeed(), name="edition_feed"),
    path("feeds/mine/<str:token>.atom", OwnFeed(), name="own_feed"),
    re_path(route("feeds/mine"), OwnFeed()),
    path("preview/", preview_page.preview_page, name="preview"),
]
