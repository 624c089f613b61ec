"""`{% welcome_comes_at_once subscriber as comes %}`: whether a welcome digest is about to leave."""

from __future__ import annotations

from django import template

from subscribers.models import Subscriber
from subscribers.single_mails.welcome import can_send_digest

register = template.Library()


@register.simple_tag
def welcome_comes_at_once(subscriber: Subscriber) -> bool:
    """Not before there is an edition to send: then the first digest comes with it."""
    return subscriber.welcome_due_at is not None and can_send_digest()
