import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sembako_portal.settings")
application = get_wsgi_application()

# What every request needs is there from the start and stays: without looking through all of it
# again and again for what could be thrown away, no page waits 200 ms for that.
import_module(settings.ROOT_URLCONF)
gc.collect()
gc.freeze()
