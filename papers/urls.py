"""The addresses of papers: lists by window and day, topics, search, feeds, each paper's page."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from papers import paper_views, views
from papers.api.markdown import read_paper
from papers.feeds import AuthorFeed, PapersFeed, TopicFeed
from papers.windows import WINDOWS


class WindowConverter(StringConverter):
    regex = "|".join(WINDOWS)


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
    path("papers/<paper_name:name>", paper_views.paper, name="paper"),
    path("papers/<paper_name:name>/", paper_views.paper),  # the form of earlier addresses
    path("papers/<paper_name:name>.bib", paper_views.bibtex_file, name="bib"),
    path("papers/<paper_name:name>.ris", paper_views.ris_file, name="ris"),
    path("papers/<paper_name:name>/card.png", paper_views.card, name="card"),
    path("authors/<str:name>/", paper_views.author, name="author"),
    path("search/", views.search, name="search"),
    path("papers/<path:name>.md", read_paper, name="markdown"),
    path("feeds/papers.atom", PapersFeed(), name="feed"),
    path("feeds/topics/<slug:slug>.atom", TopicFeed(), name="topic_feed"),
    path("feeds/authors/<str:slug>.atom", AuthorFeed(), name="author_feed"),
    path("robots.txt", views.robots, name="robots"),
]
