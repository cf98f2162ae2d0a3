"""Controls for the storm: the real application with one thing as it would be without our care.

STORM_WITHOUT=settings: SQLite as Django sets it up. STORM_WITHOUT=save: the package's own save().
"""

import os

from config import settings as ours

if os.environ["STORM_WITHOUT"] == "settings":
    ours.DATABASES["default"]["OPTIONS"] = {}

from config.wsgi import application  # noqa: F401

if os.environ["STORM_WITHOUT"] == "save":
    from django_comments_xtd.models import XtdComment

    from discussion.models import PageComment

    def save(self, *args, **kwargs):
        XtdComment.save(self, *args, **kwargs)
        PageComment.objects.filter(pk=self.pk).update(start=self.thread_id)

    PageComment.save = save
