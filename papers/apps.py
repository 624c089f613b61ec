from importlib import import_module

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"
    verbose_name = "Papers"

    def ready(self) -> None:
        # Imported by name: it imports models, which Django has loaded only now.
        import_module("papers.checks")  # registers them
