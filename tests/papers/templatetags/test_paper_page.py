"""The filters of a paper's page."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from papers.templatetags.paper_page import in_script, paragraphs


def rendered(text: str, **values: object) -> str:
    return Template("{% load paper_page %}" + text).render(Context(values))


def test_a_name_has_its_address() -> None:
    assert rendered("{{ name|author_url }}", name="Ada Roe") == "/authors/ada-roe/"


def test_a_signal_has_the_name_that_readers_use() -> None:
    assert rendered("{{ kind|signal_label }}", kind="upvotes") == "Votes"


def test_an_empty_line_divides_paragraphs() -> None:
    assert paragraphs("One.\n\nTwo\nlines.\n\n\n\nThree.\n\n") == ["One.", "Two\nlines.", "Three."]
    assert paragraphs("") == []


def test_json_stands_in_a_script_as_it_is() -> None:
    assert rendered("{{ json|in_script }}", json='{"a":"\\u003c"}') == '{"a":"\\u003c"}'


@pytest.mark.parametrize("json", ['{"a":"</script>"}', '{"a":"&"}', "{>}"])
def test_json_that_could_end_the_script_is_refused(json: str) -> None:
    with pytest.raises(ValueError, match="not made for a script"):
        in_script(json)
