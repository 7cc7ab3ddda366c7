"""Production's settings, but for static files: nobody has collected any for a benchmark."""

from config.settings import *  # noqa: F403
from config.settings import STATICFILES_DIRS, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = STATICFILES_DIRS[0]
STATICFILES_DIRS = []
