from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"
    label = "site_config"
    verbose_name = "Trending Papers"

    def ready(self) -> None:
        import_module("config.checks")  # registers them
        import_module("mail.checks")  # mail is no Django app
        import_module("config.celery")  # so that a page enqueues tasks at the configured broker
