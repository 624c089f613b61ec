"""`{% digest_preview choices %}`: the digest of posted choices, within the page of their form.

A tag, because the pages of subscribers import nothing of newsletter.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from newsletter.previews.page import preview_of
from subscribers.pages.forms import ChoicesForm
from subscribers.pages.named_papers.pasted import PastedPapers

register = template.Library()


@register.inclusion_tag("pages/newsletter/_preview.html", takes_context=True)
def digest_preview(context: Context, choices: ChoicesForm) -> dict[str, Any]:
    """`choices` is bound, and `pasted` of the page has the papers that its form names, if any.

    The limit of the visitor's network counts.
    """
    pasted = context.get("pasted") or PastedPapers()
    return preview_of(choices, context["request"].META.get("REMOTE_ADDR", ""), lambda: pasted)
