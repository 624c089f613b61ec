"""Wiring: settings, URLs, middleware, the Celery app, and the checks that no app owns."""
