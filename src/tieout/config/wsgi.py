"""The WSGI application that `tieout web` serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tieout.config.settings")
application = get_wsgi_application()
