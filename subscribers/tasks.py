"""The task that sends confirmations, and how a request queues it. The rows are the truth."""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import current_app, shared_task

from mail.factory import process_transport
from subscribers import send_transactional

log = logging.getLogger(__name__)
_TIMEOUT: Final = 0.5  # seconds; a visitor is waiting for a page


@shared_task(name="subscribers.send_waiting")
def send_waiting() -> None:
    """Send the confirmations and links that wait."""
    send_transactional.send_waiting(process_transport())


def enqueue() -> None:
    """Queue the task now. Without a broker the next tick of beat finds the rows anyway."""
    enqueue_from_request(send_waiting)


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
