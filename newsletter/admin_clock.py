"""The clock's last reading in the admin: whether it is doubted, and which slots were set anew."""

from __future__ import annotations

from django.contrib import admin

from newsletter.models import ClockReading
from web.admin import ReadOnlyAdmin, moment


@admin.register(ClockReading)
class ClockReadingAdmin(ReadOnlyAdmin[ClockReading]):
    list_display = (
        moment("read_at", "last tick (UTC)"), moment("doubted_since", "doubted since (UTC)"),
        moment("doubted_at", "last doubt (UTC)"), "slots_reset",
        moment("slots_reset_at", "set anew (UTC)"),
    )  # fmt: skip
    fields = ("read_at", ("doubted_since", "doubted_at"), ("slots_reset", "slots_reset_at"))
