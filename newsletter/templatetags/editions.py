"""Tags for pages of other apps that lead to editions: `{% load editions %}`."""

from __future__ import annotations

from django import template

from newsletter.pages.published import newest_issue_path

register = template.Library()


@register.simple_tag
def newest_issue_url() -> str:
    """The path of the newest edition: `{% newest_issue_url as url %}`; "" before the first one."""
    return newest_issue_path()
