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


class PaperNameConverter:
    """An arXiv id, old or new, of any version; or the number of a paper that has none."""

    regex = r"[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[A-Za-z.-]+/[0-9]{7}(?:v[0-9]+)?|[0-9]{1,18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str | int) -> str:
        return str(value)


register_converter(WindowConverter, "window")
register_converter(PaperNameConverter, "paper_name")

app_name = "papers"
urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("<window:window>/", views.latest, name="latest"),
    path("<window:window>/<str:day>/", views.dated, name="dated"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/<window:window>/", views.topic, name="topic_latest"),
    path("topics/<slug:slug>/<window:window>/<str:day>/", views.topic_dated, name="topic_dated"),
    path("papers/<paper_name:name>", views.paper, name="paper"),
    path("papers/<paper_name:name>/", views.paper),  # the form of earlier addresses
    path("search/", views.search, name="search"),
    path("papers/<path:name>.md", read_paper, name="markdown"),
    path("feeds/papers.atom", PapersFeed(), name="feed"),
    path("feeds/topics/<slug:slug>.atom", TopicFeed(), name="topic_feed"),
    path("robots.txt", views.robots, name="robots"),
]
