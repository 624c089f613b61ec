"""The Celery app and its periodic tasks. Every task may be lost or repeated: the database decides.

The settings follow from that: acknowledge late, requeue the task of a killed worker, prefetch one
task at a time, keep no results. A task's time limit is at most a third of the visibility timeout,
or Redis would deliver a running task again. When the connection to the broker is lost, running
tasks continue: ending one would leave the mails of its burst uncertain, and gain nothing.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import django
import redis
from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    after_task_publish,
    beat_init,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_ready,
)
from django.conf import settings
from django.db import close_old_connections
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel, QoS

from config.postgresql import limits
from config.refusal import exit_at_errors, refusing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with refusing():  # celery would print a traceback
    _var = settings.VAR_DIR  # the first access reads the settings
# A task of each tick: beat notes that it was enqueued, a worker that it was taken.
TICK_TASK: Final = "newsletter.expire_leases"


class _Unacknowledged(QoS):
    """The tasks not acknowledged yet; nothing is sent to a broker whose connection is lost.

    kombu 5.7 would raise an error for its missing connection and end the worker: all its
    processes, in the middle of what they send. The broker delivers such tasks again by itself,
    and until then the ledger holds what is still to be sent.
    """

    @property
    def _is_disconnected(self) -> bool:
        connection = self.channel.connection
        return connection is None or connection.client is None

    def restore_unacked_once(self, stderr: object = None) -> None:
        if not self._is_disconnected:
            super().restore_unacked_once(stderr)

    def ack(self, delivery_tag: str) -> None:
        if not self._is_disconnected:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self._is_disconnected:
            super().reject(delivery_tag, requeue)


Channel.QoS = _Unacknowledged
app = Celery("trending_papers")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 900,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": settings.REDIS_PREFIX,
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=300,
    task_soft_time_limit=240,
    task_default_queue="default",
    task_routes={
        # Before the pattern: they take seconds, and no confirmation must wait for them.
        "subscribers.count_votes": {"queue": "default"},
        "subscribers.refresh_profiles": {"queue": "default"},
        "subscribers.*": {"queue": "confirm"},
        # It waits for sources: confirmations must not wait behind it.
        "subscribers.look_up_papers": {"queue": "default"},
        # A few mails: the queue "send" may be filled by an edition.
        "newsletter.forward_replies": {"queue": "confirm"},
        "newsletter.send_*": {"queue": "send"},
    },
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    # Celery would close the database connection after each task, and the next 500 mails would
    # begin with a new one. Django's own rule (DATABASE_CONN_MAX_AGE) applies instead, see below.
    CELERY_DB_REUSE_MAX=1_000_000,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=True,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule_filename=str(_var / "beat-schedule"),
    beat_schedule={
        **{
            f"dispatch-{cadence}": {
                "task": "newsletter.dispatch",
                "schedule": settings.TICK_SECONDS,
                "args": (cadence,),
            }
            for cadence in ("daily", "weekly", "monthly")
        },
        "welcome": {"task": "newsletter.welcome", "schedule": settings.TICK_SECONDS},
        "cancelled": {"task": "newsletter.end_cancelled", "schedule": settings.TICK_SECONDS},
        "leases": {"task": "newsletter.expire_leases", "schedule": settings.TICK_SECONDS},
        "retries": {"task": "newsletter.enqueue_retries", "schedule": settings.TICK_SECONDS},
        "stalled": {"task": "newsletter.enqueue_stalled", "schedule": settings.TICK_SECONDS},
        "send-rate": {"task": "newsletter.note_send_rate", "schedule": settings.TICK_SECONDS},
        "events": {"task": "newsletter.process_events", "schedule": settings.TICK_SECONDS},
        "inbound-mailbox": {
            "task": "newsletter.read_inbound_mailbox",
            "schedule": settings.TICK_SECONDS,
        },
        "purge-events": {"task": "newsletter.purge_events", "schedule": settings.TICK_SECONDS},
        "replies": {"task": "newsletter.forward_replies", "schedule": settings.TICK_SECONDS},
        "purge-inbound": {"task": "newsletter.purge_inbound", "schedule": settings.TICK_SECONDS},
        "waiting-mail": {"task": "subscribers.send_waiting", "schedule": settings.TICK_SECONDS},
        "named-papers": {
            "task": "subscribers.look_up_papers",
            "schedule": settings.TICK_SECONDS,
        },
        # papers/jobs/timetable.py says when each job is due; this task runs what is due.
        "sources": {"task": "papers.run_due", "schedule": settings.TICK_SECONDS},
        "far-slots": {
            "task": "newsletter.reset_far_slots",
            "schedule": crontab(minute="53"),
        },
        # It reads what has failed in the last days, so a missed hour does no harm.
        "soft-bounces": {
            "task": "newsletter.suppress_soft_bounces",
            "schedule": crontab(minute="23"),
        },
        # Each counts all that was said in the last weeks, so a missed hour does no harm.
        "votes": {"task": "subscribers.count_votes", "schedule": crontab(minute="37")},
        "profiles": {
            "task": "subscribers.refresh_profiles",
            "schedule": crontab(hour="2", minute="29"),
        },
        # They hold addresses, and so do sign-ups that were not confirmed, which go with them. A
        # missed night does no harm.
        "address-changes": {
            "task": "newsletter.delete_old_changes",
            "schedule": crontab(hour="3", minute="41"),
        },
        # Old deliveries are archived a month at a time, so a missed night does no harm.
        "archive": {
            "task": "newsletter.archive",
            "schedule": crontab(hour="4", minute="17"),
        },
    },
)
app.autodiscover_tasks(["papers", "subscribers", "newsletter"])


@worker_init.connect
@beat_init.connect
def _refuse_errors(**_: object) -> None:
    django.setup()
    exit_at_errors()


@worker_init.connect
def _limit_database(**_: object) -> None:
    """In the main process, before it starts the others: they inherit the settings."""
    limits.apply(limits.for_tasks())


@beat_init.connect
def _note_enqueued_ticks(**_: object) -> None:
    """In beat's process only: others enqueue tasks too."""
    after_task_publish.connect(_note_enqueued, weak=False)


def _note_enqueued(sender: str = "", **_: object) -> None:
    if sender == TICK_TASK:
        note_tick("beat")


@task_prerun.connect
def _note_taken(task: Any = None, **_: object) -> None:
    if task is not None and task.name == TICK_TASK:
        note_tick("worker")


def note_tick(process: str) -> None:
    """Store that "beat" or "worker" has had its tick now, by the clock of Redis."""
    with suppress(redis.RedisError), _redis(2.0) as client:  # the tick matters more than its time
        client.set(_tick_key(process), client.time()[0])


def last_ticks(seconds: float) -> dict[str, float | None]:
    """How many seconds ago the last tick of "beat" and of "worker" was; None when none is known.

    Raises:
        redis.RedisError: Redis does not answer in so many seconds.
    """
    with _redis(seconds) as client:
        now, names = client.time()[0], ("beat", "worker")
        stored = client.mget([_tick_key(name) for name in names])
    return {name: now - int(at) if at else None for name, at in zip(names, stored, strict=True)}


def _tick_key(process: str) -> str:
    return f"{settings.REDIS_PREFIX}tick:{process}"


def _redis(seconds: float) -> Any:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds
    )


def broker_error(seconds: float) -> Exception | None:
    """What a task that is enqueued now would fail with; None when the broker answers."""
    options = {
        **app.conf.broker_transport_options,
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
    }
    try:
        with app.connection_for_write(transport_options=options) as connection:
            connection.ensure_connection(max_retries=1)
            channel: Any = connection.default_channel
            channel.client.ping()
    except (OperationalError, redis.RedisError, OSError) as error:
        return error
    return None


@worker_process_init.connect
def _ignore_stop_signals(**_: object) -> None:
    """Let the main process end this one: after the running task, within 30 s.

    systemd and honcho send SIGTERM to all processes of a worker, a closed terminal sends SIGHUP.
    A process that ended at once would leave the mails of its burst uncertain. None is left
    running: the kernel kills it when its main process ends, and that one kills it at the task's
    time limit.
    """
    for ignored in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)


@worker_process_init.connect
def _use_batch_scheduling(**_: object) -> None:
    """Let Linux schedule this process as a batch job, which preempts no other when it wakes up.

    A sending worker waits a thousand times a second, for the mail server and for PostgreSQL;
    on a machine with both it would preempt them after each wait.
    """
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


@task_prerun.connect
def _check_connections(**_: object) -> None:
    """As at the start of a request: close a connection that is too old or broken."""
    close_old_connections()


@worker_process_init.connect
def _freeze_loaded_objects(**_: object) -> None:
    """Keep objects from before the fork out of garbage collection: visits cost time and memory."""
    gc.freeze()


@worker_ready.connect
def _create_ready_file(**_: object) -> None:
    """Create WORKER_READY_FILE once this worker takes tasks: `make run` waits for the file."""
    if path := os.environ.get("WORKER_READY_FILE"):
        Path(path).touch()
