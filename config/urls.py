"""Every address of the site. GET never changes anything."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("papers.urls")),
    path("", include("subscribers.urls")),
    path("", include("newsletter.urls")),
    path("mailbox/", include("local.urls")),
    path("admin/", admin.site.urls),
]
