"""What a person's page says, and to whom there is one."""

import pytest
from django.contrib.auth.models import AnonymousUser
from wagtail.models import Page

from minutes.findables import PersonSource
from minutes.models import ArticleAuthor, Coordinator, RosterEntry
from minutes.overview import person_context
from tests import base

pytestmark = pytest.mark.django_db


def action_of(owner):
    return ("action", {"text": "<p>Réserver la salle.</p>", "owner": owner, "due": None})


def test_it_names_a_page_once_however_often_the_person_is_on_it(client, workgroup):
    person = base.make_person()
    roster, article = base.make_roster(workgroup), base.make_article(workgroup)
    for label in ("Membres", "Partenaires"):
        RosterEntry.objects.create(page=roster, person=person, role=base.make_role(label))
        ArticleAuthor.objects.create(page=article, person=person)
        Coordinator.objects.create(page=workgroup, person=person)
    context = person_context(person, AnonymousUser())
    for name in ("rosters", "articles", "coordinated"):
        assert len(context[name]) == 1, name
    assert client.get(person.get_absolute_url()).status_code == 200


def test_whoever_owns_an_action_has_a_page_that_leads_to_it(client, workgroup):
    owner = base.make_person("Otto Owner")
    body = [action_of(owner), action_of(owner)]
    minutes = base.make_minutes(workgroup, title="Réunion des actions", body=body)
    url = owner.get_absolute_url()
    assert f'href="{url}"' in client.get(minutes.url).content.decode()
    page = client.get(url).content.decode()
    assert page.count("Réunion des actions") == 1
    assert minutes.url in page
    # It also leads there from elsewhere.
    other = base.make_workgroup("Autre groupe")
    Page.objects.get(pk=minutes.pk).move(other, pos="last-child")
    assert client.get(url).status_code == 200


def test_whoever_owns_actions_in_closed_groups_alone_exists_for_those_groups(
    client, private_workgroup, member, group_member
):
    owner = base.make_person("Otto Owner")
    minutes = base.make_minutes(private_workgroup, body=[action_of(owner)])
    base.make_minutes(base.make_workgroup(), body=[action_of(owner)], live=False)
    for user, sees in ((None, False), (member, False), (group_member, True)):
        client.logout()
        if user:
            base.sign_in(client, user)
        assert client.get(owner.get_absolute_url()).status_code == (200 if sees else 404)
        who = user or AnonymousUser()
        assert PersonSource().visible(who).filter(pk=owner.pk).exists() is sees
    minutes.body = []
    minutes.save_revision().publish()
    assert client.get(owner.get_absolute_url()).status_code == 404
