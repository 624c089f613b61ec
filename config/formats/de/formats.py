"""Formats of dates and times: `14. März 2025`, `08:00`."""

DATE_FORMAT = "j. F Y"
MONTH_DAY_FORMAT = "j. F"
DAY_FORMAT = "j."
SHORT_DATE_FORMAT = "j. N Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "j. N Y, H:i"
