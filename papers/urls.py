"""The addresses of papers: lists by window and day, topics, search, feeds, each paper's page."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from papers import views
from papers.api.markdown import read_paper
from papers.feeds import PapersFeed, TopicFeed
from papers.windows import WINDOWS


class WindowConverter:
    regex = "|".join(WINDOWS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(WindowConverter, "window")

app_name = "papers"
urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("<window:window>/", views.latest, name="latest"),
    path("<window:window>/<str:day>/", views.dated, name="dated"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/<window:window>/", views.topic, name="topic_latest"),
    path("topics/<slug:slug>/<window:window>/<str:day>/", views.topic_dated, name="topic_dated"),
    path("papers/<int:pk>/", views.paper, name="paper"),
    path("search/", views.search, name="search"),
    path("papers/<path:name>.md", read_paper, name="markdown"),
    path("feeds/papers.atom", PapersFeed(), name="feed"),
    path("feeds/topics/<slug:slug>.atom", TopicFeed(), name="topic_feed"),
    path("robots.txt", views.robots, name="robots"),
]
