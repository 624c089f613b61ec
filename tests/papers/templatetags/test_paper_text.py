"""The filters and tags of templates that show a paper."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from bs4 import BeautifulSoup
from django.template import Context, Template
from django.utils.translation import override

from papers.models import Paper, PaperTopic, Topic
from papers.templatetags.paper_text import (
    link_name,
    listed_day,
    reason_items,
    spark_points,
    sparkline,
    topic_items,
    topic_names,
)


def test_rising_levels_rise_in_the_drawing() -> None:
    heights = [y for _, y in spark_points([0, 1, 2, 4, 8, 16, 32])]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] > heights[-1]


def test_the_line_stays_inside_the_drawing() -> None:
    points = spark_points([5, 0, 900, 3, 2, 1, 4])
    assert all(0 < x < 66 and 0 < y < 18 for x, y in points)


def test_days_are_evenly_spaced() -> None:
    across = [x for x, _ in spark_points([1, 2, 3, 4, 5, 6, 7])]
    steps = {round(right - left, 6) for left, right in pairwise(across)}
    assert len(steps) == 1


def test_a_week_without_change_is_flat() -> None:
    assert len({y for _, y in spark_points([7.0] * 7)}) == 1


def test_a_sparkline_has_its_figures_as_a_label() -> None:
    html = BeautifulSoup(str(sparkline([0, 12, 1300])), "html.parser")
    svg = html.select_one("svg")
    assert svg is not None
    assert svg["role"] == "img"
    assert svg["aria-label"] == "from 0 to 1.3k votes in 2 days"


def test_days_before_the_first_are_not_drawn_and_each_day_has_its_width() -> None:
    """Else a paper of two days would look like one of seven, or like one without votes before."""
    part = BeautifulSoup(str(sparkline([None, None, 0, 3, 9])), "html.parser").svg
    whole = BeautifulSoup(str(sparkline([0, 3, 9])), "html.parser").svg
    week = BeautifulSoup(str(sparkline([0, 0, 0, 0, 0, 3, 9])), "html.parser").svg
    assert part == whole
    assert whole is not None
    assert week is not None
    assert (whole["width"], week["width"]) == ("26", "66")


def test_a_sparkline_has_no_inline_style() -> None:
    assert "style" not in str(sparkline([0, 12, 30]))


def test_a_paper_without_votes_has_no_sparkline() -> None:
    assert sparkline([0, 0, 0]) == ""
    assert sparkline([]) == ""


def test_one_day_or_no_change_is_no_sparkline() -> None:
    assert sparkline([None, None, 7]) == ""
    assert sparkline([None, 7, 7, 7]) == ""


def test_markup_in_a_title_is_escaped_after_its_math_is_converted() -> None:
    template = Template("{% load paper_text %}{{ title|unicode_math }}")
    rendered = template.render(Context({"title": r"<script> & $\alpha$"}))
    assert rendered == "&lt;script&gt; &amp; α"


def test_a_formula_of_a_title_is_mathml_and_its_markup_is_escaped() -> None:
    template = Template("{% load paper_text %}{{ title|math_html }}")
    rendered = template.render(Context({"title": r"<script> & $\alpha$"}))
    assert rendered == ('&lt;script&gt; &amp; <math alttext="α"><mrow><mi>α</mi></mrow></math>')


def test_a_link_is_shown_without_its_scheme() -> None:
    assert link_name("https://www.github.com/batra/visdial/") == "github.com/batra/visdial"


def test_the_lead_of_a_paper_has_its_html_and_its_credit() -> None:
    paper = Paper(short_summary="It needs $n^2$ < steps.", short_summary_source="hugging_face")
    source = "{% load paper_text %}{% with told=paper|lead %}{{ told.html }} {{ told.credit }}"
    rendered = Template(f"{source}{{% endwith %}}").render(Context({"paper": paper}))
    assert rendered.startswith('It needs <math alttext="n²">')
    assert rendered.endswith("</math> &lt; steps. summary by Hugging Face’s model")


def test_the_lead_in_an_attribute_is_escaped_text() -> None:
    paper = Paper(summary='A "bound" of $n^2$ < steps.')
    template = Template('{% load paper_text %}<meta content="{{ paper|lead }}">')
    rendered = template.render(Context({"paper": paper}))
    assert rendered == '<meta content="A &quot;bound&quot; of n² &lt; steps.">'


def test_the_lead_of_an_abstract_alone_has_mathml() -> None:
    template = Template("{% load paper_text %}{{ text|lead_html }}")
    rendered = template.render(Context({"text": "It needs $n^2$ steps."}))
    assert rendered.startswith('It needs <math alttext="n²">')


def test_the_day_of_a_listing_is_written_in_the_language_of_the_page() -> None:
    english = '<time class="listed" datetime="2025-03-14">14 Mar 2025</time>'
    assert listed_day(date(2025, 3, 14)) == english
    with override("de"):
        assert "14. März 2025" in listed_day(date(2025, 3, 14))
    assert listed_day(date(2025, 3, 14)) == english
    assert listed_day(None) == ""


def links(*names: str) -> list[PaperTopic]:
    """Links to topics of these names, whose keys count from 1."""
    topics = (Topic(pk=key, slug=f"t{key}", name=name) for key, name in enumerate(names, 1))
    return [PaperTopic(topic=topic, weight=1) for topic in topics]


def test_a_row_names_three_topics_but_not_that_of_its_page() -> None:
    four = links("Lakes", "Sand & dunes", "Wind", "Rain")
    assert topic_names(four, "") == (
        '<span class="topic">Lakes</span> <span class="topic">Sand &amp; dunes</span> '
        '<span class="topic">Wind</span>'
    )
    assert topic_names(four, 2) == (
        '<span class="topic">Lakes</span> <span class="topic">Wind</span>'
    )
    assert topic_names([], "") == ""


def test_the_first_two_topics_lead_to_their_newest_lists() -> None:
    assert topic_items(links("Lakes", "<Sand>", "Wind")) == (
        '<li><a href="/topics/t1/">Lakes</a></li><li><a href="/topics/t2/">&lt;Sand&gt;</a></li>'
    )


def test_topics_have_their_names_in_the_language_of_the_page() -> None:
    agents = links("Agents")
    english = topic_names(agents, ""), topic_items(agents)
    with override("de"):
        german = topic_names(agents, ""), topic_items(agents)
    assert all("Agents" in text for text in english)
    assert all("Agenten" in text for text in german)


def test_each_reason_is_an_item_that_begins_with_a_capital_letter() -> None:
    assert reason_items(["number 3 of its list", "<b>"]) == (
        "<li>Number 3 of its list</li><li>&lt;b&gt;</li>"
    )
    assert reason_items([]) == ""
