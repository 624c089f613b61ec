"""What workers do for readers, and the bell that wakes them. The rows are the truth."""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import current_app, shared_task

from subscribers import send_transactional

log = logging.getLogger(__name__)
_PATIENCE: Final = 0.5  # seconds; a reader is waiting for a page


@shared_task(name="subscribers.send_waiting")
def send_waiting() -> None:
    """Send the confirmations and links that wait."""
    send_transactional.send_waiting()


def ring() -> None:
    """Ask a worker to look now. When nobody hears, beat's next tick finds the rows anyway."""
    enqueue_from_request(send_waiting)


def enqueue_from_request(task: Any) -> None:
    """Ask a worker to run a task now, from within a request.

    Celery would by itself wait for a dead broker, and try again, for longer than a reader
    waits for a page; hence a connection of our own, with one try and little patience.
    """
    options = {
        **current_app.conf.broker_transport_options,
        "socket_connect_timeout": _PATIENCE,
        "socket_timeout": _PATIENCE,
        "max_retries": 0,
        "connect_retries_timeout": _PATIENCE,
    }
    try:
        with current_app.connection_for_write(transport_options=options) as broker:
            task.apply_async(connection=broker, retry=False)
    except (task.OperationalError, OSError) as error:
        log.warning("nobody heard the bell; the next tick will: %s", type(error).__name__)
