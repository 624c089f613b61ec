from importlib import import_module

from django.apps import AppConfig

from web.page_cache.versions import read_by


class PapersConfig(AppConfig):
    name = "papers"
    verbose_name = "Papers"

    def ready(self) -> None:
        # Imported by name: it imports models, which Django has loaded only now.
        import_module("papers.checks")  # registers them
        # Which version of the data a kept page is of: `web` knows no table of ours.
        read_by(import_module("papers.page_version").page_version)
