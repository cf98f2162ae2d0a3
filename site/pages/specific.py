"""Pages of their own type in one query, where Wagtail asks once more for each type."""

from wagtail.fields import StreamField
from wagtail.models import get_page_models

from pages.models import BasePage


def at_once(pages) -> list:
    """The pages of a queryset of Page, each of its own type, without their long texts.

    A page of a type that is none of ours stays a plain one.
    """
    types = [model for model in get_page_models() if issubclass(model, BasePage)]
    names = {model: model._meta.model_name for model in types}
    texts = [
        f"{names[model]}__{field.name}"
        for model in types
        for field in model._meta.get_fields()
        if isinstance(field, StreamField)
    ]
    found = pages.select_related(*names.values()).defer(*texts)
    return [getattr(page, names.get(page.specific_class, ""), page) for page in found]
