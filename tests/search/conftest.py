"""What the search tests share: an index of their own, and something to be found."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import Page, PageViewRestriction

from accounts.models import User
from minutes.models import MinutesPage, WorkgroupPage
from search import outbox


@pytest.fixture(autouse=True)
def index_folder(settings, tmp_path):
    """An index folder of the test's own: rolled-back rows of another would leave traces."""
    folder = tmp_path / "index"
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {"BACKEND": "search.backend", "PATH": str(folder)}
    }
    return folder


@pytest.fixture
def home(db):
    home = Page.objects.filter(depth=2).order_by("path").first()
    return home or Page.objects.get(depth=1).add_child(title="Accueil", slug="accueil")


@pytest.fixture
def workgroup(home):
    """A public workgroup."""
    return home.add_child(instance=WorkgroupPage(title="Groupe Couveuse", slug="couveuse"))


@pytest.fixture
def member(db):
    """Somebody in the group that the private workgroup is for."""
    user = User.objects.create_user("membre@example.org", "x", display_name="Membre")
    user.groups.add(Group.objects.create(name="Cercle fermé"))
    return user


@pytest.fixture
def private_workgroup(home, member):
    page = home.add_child(instance=WorkgroupPage(title="Groupe fermé", slug="ferme"))
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(*member.groups.all())
    return page


@pytest.fixture
def stranger():
    return AnonymousUser()


@pytest.fixture
def make_minutes(workgroup):
    """Publishes minutes and has them indexed, as the commit of a request would."""

    def make(text="", under=None, **changes):
        blocks = [("text", f"<p>{line}</p>") for line in text.splitlines() if line]
        fields = {"title": "4e réunion", "slug": None, "body": blocks} | changes
        fields["slug"] = fields["slug"] or f"reunion-{MinutesPage.objects.count()}"
        page = (under or workgroup).add_child(instance=MinutesPage(**fields))
        outbox.drain()
        return page

    return make
