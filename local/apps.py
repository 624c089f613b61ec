from importlib import import_module

from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "local"
    verbose_name = "This machine"

    def ready(self) -> None:
        import_module("local.checks")  # registers them
