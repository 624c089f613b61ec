"""`{% sign_up_guard %}`: the hidden fields of each form in which an address is typed."""

from __future__ import annotations

from time import time

from django import template

from subscribers.pages.honeypot import STAMP, field_names
from web.stamps import stamp

register = template.Library()


@register.inclusion_tag("pages/subscribers/_guard.html")
def sign_up_guard() -> dict[str, str]:
    """A field that only machines fill in, and the time at which the form was served."""
    return {"name": field_names()[0], "stamp_name": STAMP, "stamp": stamp(time())}
