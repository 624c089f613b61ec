"""All URLs of the site. GET never changes anything."""

from django.contrib import admin
from django.urls import include, path

from config.api.endpoints import api
from newsletter.events import webhook
from newsletter.inbound import webhook as inbound_webhook

handler500 = "config.health.unavailable.server_error"
urlpatterns = [
    path("", include("papers.urls")),
    # Before the subscribers': their last pattern takes every path of a link that was changed.
    path("", include("newsletter.urls")),
    path("", include("subscribers.urls")),
    path("api/", api.urls),
    path("anymail/<slug:provider>/tracking/", webhook.tracking, name="tracking"),
    # Mandrill has one address for all events.
    path("anymail/mandrill/", webhook.tracking, {"provider": "mandrill"}),
    path("anymail/<slug:provider>/inbound/", inbound_webhook.arrived, name="inbound"),
    # Mailgun posts the whole mail, and not its parts, to an address that ends in mime.
    path("anymail/<slug:provider>/inbound_mime/", inbound_webhook.arrived, name="inbound_mime"),
    path("mailbox/", include("local.urls")),
    path("admin/", admin.site.urls),
]
