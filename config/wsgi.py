import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from config.postgresql import limits

limits.apply(limits.for_pages())  # before anything opens a connection
application = get_wsgi_application()
