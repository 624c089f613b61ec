"""The Celery app and its timetable. The broker is a doorbell: every task may be lost or repeated.

The settings follow from that: acknowledge late, reject what a killed worker held, keep one
task at a time in hand, keep no results. A task's time limit stays under a third of the
visibility timeout, or Redis would hand a running task out again. When the broker is lost, tasks
that run go on: to end one would leave the mails in its hands in doubt, and gain nothing.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_prerun, worker_process_init, worker_ready
from django.conf import settings
from django.db import close_old_connections
from kombu.transport.redis import Channel, QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class _Unacknowledged(QoS):
    """The messages in hand, of which the broker is told. Not when it is gone.

    kombu 5.7 would then stumble over its missing connection, and the worker with it: all its
    processes, in the middle of what they send. The broker gives out such messages again by
    itself, and until then the ledger knows what is to be done.
    """

    @property
    def _is_cut_off(self) -> bool:
        connection = self.channel.connection
        return connection is None or connection.client is None

    def restore_unacked_once(self, stderr: object = None) -> None:
        if not self._is_cut_off:
            super().restore_unacked_once(stderr)

    def ack(self, delivery_tag: str) -> None:
        if not self._is_cut_off:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self._is_cut_off:
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
        "subscribers.*": {"queue": "confirm"},
        "newsletter.send_*": {"queue": "send"},
    },
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    # Celery would close the database's connection after each task, and the next 500 mails would
    # begin with a cold one. Django's own rules hold instead (DATABASE_CONN_MAX_AGE), see below.
    CELERY_DB_REUSE_MAX=1_000_000,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=True,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule_filename=str(settings.VAR_DIR / "beat-schedule"),
    beat_schedule={
        "dispatch": {"task": "newsletter.dispatch", "schedule": settings.TICK_SECONDS},
        "events": {"task": "newsletter.process_events", "schedule": settings.TICK_SECONDS},
        "waiting-mail": {"task": "subscribers.send_waiting", "schedule": settings.TICK_SECONDS},
        # papers/jobs/timetable.py holds the timetable of sources; this only looks what is due.
        "sources": {"task": "papers.run_due", "schedule": settings.TICK_SECONDS},
        # Old deliveries leave a month at a time, so a night that is missed is none.
        "archive": {
            "task": "newsletter.archive",
            "schedule": crontab(hour="4", minute="17"),
        },
    },
)
app.autodiscover_tasks(["papers", "subscribers", "newsletter"])


@worker_process_init.connect
def _finish_what_was_begun(**_: object) -> None:
    """Leave it to the main process when this one ends: after the task in hand, within 30 s.

    systemd and honcho send SIGTERM to all processes of a worker, a terminal that is closed
    sends SIGHUP. One that sends would die with the mails in its hands. It outlives nobody: the
    kernel kills it when its main process is gone, and that one kills it at its time limit.
    """
    for asked in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)


@worker_process_init.connect
def _step_back(**_: object) -> None:
    """Be a batch job to Linux: one that does not interrupt others whenever it has waited enough.

    A worker that sends waits a thousand times a second, for the mail server and for PostgreSQL;
    where they share a machine it would push them aside each time.
    """
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


@task_prerun.connect
def _check_connections(**_: object) -> None:
    """As at the begin of a request: part with a connection that is too old or broken."""
    close_old_connections()


@worker_process_init.connect
def _leave_alone_what_stays(**_: object) -> None:
    """What was loaded before the fork is never garbage: looking at it costs time and memory."""
    gc.freeze()


@worker_ready.connect
def _announce(**_: object) -> None:
    """Tell whoever waits for this worker (`make run` does) that it takes tasks now."""
    if path := os.environ.get("WORKER_READY_FILE"):
        Path(path).touch()
