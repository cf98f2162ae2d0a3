from django.apps import AppConfig
from django.urls import register_converter

from discussion.keys import KeyConverter


class DiscussionConfig(AppConfig):
    name = "discussion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        register_converter(KeyConverter, "key")
        # The package publishes every reply when a comment is saved, even those that wait for
        # moderation. Its own ready() runs after ours and connects what it finds here.
        from django_comments_xtd import models as xtd

        xtd.publish_or_unpublish_on_pre_save = leave_replies_alone

        from discussion import attachments
        from discussion.files.reading import read_waiting
        from pages.document_text import reading

        attachments.listen()
        reading.others.append(read_waiting)

        # After the glossary's, which is above us in INSTALLED_APPS and looks for words.
        from discussion import passages
        from pages.rendering import finishers

        finishers.append(passages.finish)


def leave_replies_alone(sender, instance, raw, using, **kwargs):
    """Each comment keeps its own state; what a reader sees is worked out in threads.py."""
