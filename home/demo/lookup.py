"""How the demo finds its tables again, and by their names the things that were made from them."""

import datetime
import tomllib
import uuid

from django.utils import timezone
from wagtail.models import Page

from accounts.models import User
from glossary.models import Keyword
from home.demo.texts import FOLDER
from home.models import HomePage

#: Comments are told apart by tokens made from this and their names in the file.
ADDRESS_OF_COMMENTS = "https://plenum.example/demo/comments/"


def read(name: str) -> dict:
    """One of the demo's tables."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def home() -> HomePage:
    return HomePage.objects.get()


def group_slugs() -> list[str]:
    return [entry["slug"] for entry in read("groups")["groups"]]


def page_ids() -> dict[str, int]:
    return dict(Page.objects.descendant_of(home()).values_list("slug", "pk"))


def keywords_by_slug() -> dict[str, Keyword]:
    return {keyword.slug: keyword for keyword in Keyword.objects.all()}


def users_by_name() -> dict[str, User]:
    return {user.display_name: user for user in User.objects.all()}


def token_of(name: str) -> uuid.UUID:
    """The token of a comment from its name in the file."""
    return uuid.uuid5(uuid.NAMESPACE_URL, ADDRESS_OF_COMMENTS + name)


def at_noon(date: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(date, datetime.time(12)))
