"""Wiring: settings, addresses, the Celery app, and the servers of a laptop."""
