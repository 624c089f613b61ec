"""The links of a digest, and the feeds of what is sent.

The paths of the links are short, since a digest holds dozens; each token stands for one delivery.
"""

from django.urls import path

from newsletter import views
from newsletter.feeds import EditionsFeed, OwnFeed

app_name = "newsletter"
urlpatterns = [
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", views.preferences, name="preferences"),
    path("d/<str:token>", views.browser, name="browser"),
    path("r/<str:token>/<int:number>", views.follow, name="follow"),
    path("feeds/editions/<slug:cadence>.atom", EditionsFeed(), name="edition_feed"),
    path("feeds/mine/<str:token>.atom", OwnFeed(), name="own_feed"),
]
