"""Akismet, for those who want it: with AKISMET_KEY set, and never without.

Texts, names and addresses of visitors go to that company then; docs/settings.md says so.
"""

import logging

from django.conf import settings

log = logging.getLogger(__name__)


def suspects(text, name, email, request) -> bool:
    """Whether the service takes it for spam; False where none is set or it does not answer."""
    if not settings.AKISMET_KEY:
        return False
    import akismet  # an optional package

    try:
        config = akismet.Config(key=settings.AKISMET_KEY, url=settings.BASE_URL)
        said = akismet.SyncClient(config=config).comment_check(
            user_ip=request.META.get("REMOTE_ADDR", ""),
            comment_content=text,
            comment_type="comment",
            comment_author=name,
            comment_author_email=email,
        )
    except Exception:  # whatever it is, the comment must not wait for them
        log.exception("Akismet did not answer")
        return False
    return said != akismet.CheckResponse.HAM
