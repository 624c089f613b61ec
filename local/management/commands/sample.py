"""`manage.py sample load` and `manage.py sample remove`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize
from django.utils import timezone

from local.sample.load import Loaded, RefusedError, load
from local.sample.remove import remove


class Command(BaseCommand):
    help = (
        "Load the sample (fifty real papers with invented signals, and readers at example.com), "
        "or remove it with everything made from it. Real papers and readers stay as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load", "remove"])

    def handle(self, *args: Any, **options: Any) -> None:
        text = self._load() if options["action"] == "load" else self._remove()
        if options["verbosity"]:
            self.stdout.write(text)

    def _load(self) -> str:
        try:
            return _summary(load(timezone.now()))
        except RefusedError as error:
            raise CommandError(str(error)) from error

    def _remove(self) -> str:
        gone = remove()
        if not gone:
            return "There is no sample data here."
        return "Removed " + ", ".join(f"{count:,} {name}" for name, count in gone.items()) + "."


def _summary(loaded: Loaded) -> str:
    added = {"paper": loaded.papers, "signal": loaded.signals, "reader": loaded.readers}
    if not any(added.values()):
        text = "The sample is loaded already."
    else:
        text = f"Loaded {_listed(added)}."
    if loaded.real:
        text += f" Of its papers {loaded.real} were stored as real ones before, and stay real."
    return text


def _listed(added: dict[str, int]) -> str:
    return ", ".join(
        f"{number:,} {name}{pluralize(number)}" for name, number in added.items() if number
    )
