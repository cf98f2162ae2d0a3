"""The light markup of comments: emphasis, links, lists, quotes; from text to safe HTML, once."""

from discussion.models import PageComment


def html_of(comment: PageComment) -> str:
    """The comment as safe HTML: what is stored, made where it is not there yet."""
    return comment.html or render(comment.comment, comment.language)


def render(text: str, language: str, people=()) -> str:
    """Safe HTML. `people` are those whom the text mentions (see mentions.people_in)."""
    from pages.templatetags.pages_tags import paragraphs

    return paragraphs(text, language)
