"""The tasks that send confirmations and look up papers, and how a request queues them.

The rows are the truth: each tick finds what waits.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import current_app, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mail.factory import process_transport
from subscribers import send_transactional
from subscribers.feedback import count_votes as votes
from subscribers.feedback import profile
from subscribers.seeds.look_up import look_up
from web.rate_limit import ask_redis, connection

log = logging.getLogger(__name__)
_TIMEOUT: Final = 0.5  # seconds; a visitor is waiting for a page
_QUEUED_MS: Final = 2000  # after so long a queued task may be lost: another one is queued


@shared_task(name="subscribers.send_waiting")
def send_waiting() -> None:
    """Send the confirmations and links that wait."""
    # First: a mail stored after this needs another task, one stored before is found by this one.
    ask_redis("confirmations", lambda: connection().delete(_queued_key()))
    send_transactional.send_waiting(process_transport())


@shared_task(name="subscribers.count_votes")
def count_votes() -> None:
    """Count what readers like, for the common trend."""
    votes.count_votes(timezone.now())


@shared_task(name="subscribers.refresh_profiles")
def refresh_profiles() -> None:
    """Compute all profiles again: papers were merged, withdrawn or restored."""
    profile.refresh_profiles()


@shared_task(name="subscribers.look_up_papers")
def look_up_papers() -> None:
    """Look up the papers that readers named and that are not here."""
    look_up()


def enqueue() -> None:
    """Queue the task now, unless one is queued that has not begun: it sends all that waits.

    So a hundred sign-ups a second do not queue a hundred tasks. Without a broker, or when the task
    was lost, the next tick of beat finds the rows anyway.
    """
    key = _queued_key()
    is_first = ask_redis(
        "confirmations", lambda: bool(connection().set(key, 1, nx=True, px=_QUEUED_MS))
    )
    if is_first is not False:
        enqueue_from_request(send_waiting)


def _queued_key() -> str:
    return f"{settings.REDIS_PREFIX}queued:{send_waiting.name}"


def enqueue_look_up() -> None:
    """Queue the task that looks up papers, after this transaction."""
    transaction.on_commit(lambda: enqueue_from_request(look_up_papers))


def enqueue_from_request(task: Any) -> None:
    """Queue a task from within a request.

    Celery would by itself wait for a broker that is down, and try again, for longer than a
    visitor waits for a page; hence a connection of our own, with one attempt and short timeouts.
    """
    options = {
        **current_app.conf.broker_transport_options,
        "socket_connect_timeout": _TIMEOUT,
        "socket_timeout": _TIMEOUT,
        "max_retries": 0,
        "connect_retries_timeout": _TIMEOUT,
    }
    try:
        with current_app.connection_for_write(transport_options=options) as broker:
            task.apply_async(connection=broker, retry=False)
    except (task.OperationalError, OSError) as error:
        log.warning("not queued, the next tick does it: %s (%s)", task.name, type(error).__name__)
