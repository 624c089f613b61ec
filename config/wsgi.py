import os

from django.core.wsgi import get_wsgi_application

from config.postgresql import limits
from config.refusal import exit_at_errors, refusing
from config.server.content_type import reads_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# By this status gunicorn knows that a new worker would fail in the same way, and stops.
_BOOT_ERROR = 3
with refusing(_BOOT_ERROR):
    limits.apply(limits.for_pages())  # before anything opens a connection
    application = reads_utf8(get_wsgi_application())
exit_at_errors(_BOOT_ERROR)
