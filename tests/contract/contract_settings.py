"""Settings of modelsearch's own test app, with our backend in it.

They are apart from the site's because `modelsearch` and `wagtail.search` cannot both be
installed: each brings the same table.
"""

import tempfile
from pathlib import Path

SECRET_KEY = "for-these-tests-only"
INSTALLED_APPS = [
    "modelsearch.test.testapp",
    "modelsearch",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
FIXTURE_DIRS = [Path(__file__).parent / "fixtures"]
USE_TZ = True
LANGUAGE_CODE = "en"
MODELSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "search.backend",
        "PATH": tempfile.mkdtemp(prefix="plenum-contract-"),
        # The outbox is a table of the site's.
        "OUTBOX": False,
    }
}
