import os

from django.core.wsgi import get_wsgi_application

from config.server.content_type import reads_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = reads_utf8(get_wsgi_application())
