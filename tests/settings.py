"""The real settings with a few overrides, each with its reason."""

import os
import tempfile

# Nothing a test writes may touch a person's own var/.
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="plenum-tests-")
os.environ.setdefault("EMAIL_URL", "console:")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, VAR_DIR

# The slow hasher is what makes passwords safe; here it would only make tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests post forms as soon as they have them; the tests of the minimum set it back.
COMMENT_MINIMUM_SECONDS = 0
# The same work in a moment.
COMMENT_PROOF_PREFIX = "0"
# Limits by address would count every test as one visitor; the tests of limits set them back.
ACCOUNT_RATE_LIMITS = False
# What a page costs is counted with cold caches, and no test inherits another's.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: the live server's threads and the test must see the same rows.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
# A thread that outlives its test would write into another's database; tests read by themselves.
READ_DOCUMENTS_BESIDE = False
INDEX_BESIDE = False
