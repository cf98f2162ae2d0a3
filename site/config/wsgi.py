"""What a server such as gunicorn runs: `gunicorn --pythonpath site config.wsgi`."""

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from discussion import spam  # noqa: E402 - its models are there only now

# Beside the first requests, not in the first comment's.
threading.Thread(target=spam.starter, daemon=True).start()
