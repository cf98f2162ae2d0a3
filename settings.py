"""The site's own settings for one corpus, which VAR_DIR and DATABASE_URL name."""

import os

os.environ.setdefault("EMAIL_URL", "console:")

from config.settings import *  # noqa: F403

DEBUG = False  # it would keep every question that is put to the database
# What a page costs is measured with cold caches, emptied in between.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
READ_DOCUMENTS_BESIDE = False
