"""The links of a digest, editions on the web, pages about the site, and feeds of what is sent.

The paths of the links are short, since a digest holds dozens; each token stands for one delivery.
A link that was cut or changed on its way finds its view as well, which repairs it or says so.
"""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from newsletter import views
from newsletter.account.views import digests_page
from newsletter.editions.windows import WINDOW_OF
from newsletter.feedback.views import feedback_page
from newsletter.feeds import EditionsFeed, OwnFeed
from newsletter.pages import site_views
from newsletter.pages import views as pages
from newsletter.previews import page
from web.mangled import route


class CadenceConverter(StringConverter):
    regex = "|".join(WINDOW_OF)


register_converter(CadenceConverter, "cadence")

app_name = "newsletter"
urlpatterns = [
    path("u/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", views.preferences, name="preferences"),
    path("d/<str:token>", views.browser, name="browser"),
    path("w/<str:token>", feedback_page, name="feedback"),
    path("preferences/<str:token>/digests/", digests_page, name="digests"),
    re_path(route("u"), views.unsubscribe),
    re_path(route("p"), views.preferences),
    re_path(route("d"), views.browser),
    re_path(route("r"), views.follow),
    re_path(route("w"), feedback_page),
    path("editions/", pages.editions, name="editions"),
    path("editions/<cadence:cadence>/", pages.editions, name="edition_cadence"),
    path("editions/<cadence:cadence>/latest", pages.latest, name="edition_latest"),
    path("editions/<cadence:cadence>/<str:day>", pages.edition, name="edition"),
    path("editions/<cadence:cadence>/<str:day>/card.png", pages.card, name="edition_card"),
    path("editions/<cadence:cadence>/<str:day>/mail", pages.sample_mail, name="edition_mail"),
    path("feeds/", site_views.feeds, name="feeds"),
    path("about/", site_views.about, name="about"),
    path("forwarded/", site_views.forwarded, name="forwarded"),
    path("privacy/", site_views.privacy, name="privacy"),
    path("sitemap.xml", site_views.sitemap, name="sitemap"),
    path("sitemaps/<slug:name>.xml", site_views.part_of_sitemap, name="sitemap_part"),
    path("feeds/editions/<slug:cadence>.atom", EditionsFeed(), name="edition_feed"),
    path("feeds/mine/<str:token>.atom", OwnFeed(), name="own_feed"),
    re_path(route("feeds/mine"), OwnFeed()),
    path("preview/", page.preview_page, name="preview"),
]
