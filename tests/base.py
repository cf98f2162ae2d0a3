"""The cast and the small set of things that tests are played with.

stranger      nobody: not signed in
member        signed in, in no workgroup's private group
group_member  signed in, and in the group that may see the private workgroup
editor        publishes pages in the back office, moderates nothing
moderator     hides and restores comments, publishes nothing
admin         a superuser
"""

import datetime
import itertools
import threading
import time
import uuid

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from wagtail.models import PageViewRestriction

from accounts.models import Person, User
from discussion.models import ModerationAct, PageComment, State
from discussion.moderation import set_state
from glossary.models import Keyword, KeywordLabel
from home.models import HomePage, TextPage
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage, Role, WorkgroupPage

PASSWORD = "a-long-test-password"
_number = itertools.count(1)


def make_user(name="Ada", groups=(), **changes):
    """A user with a verified address; `groups` by name."""
    email = changes.pop("email", f"user{next(_number)}@plenum.example")
    user = User.objects.create_user(email, PASSWORD, display_name=name, **changes)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.groups.add(*(Group.objects.get_or_create(name=group)[0] for group in groups))
    return user


def home():
    return HomePage.objects.get()


def make_workgroup(title="Groupe de travail", private_to=None, **changes):
    """A live workgroup; `private_to` names the auth group whose members alone may see it."""
    slug = changes.pop("slug", f"groupe-{next(_number)}")
    page = home().add_child(instance=WorkgroupPage(title=title, slug=slug, **changes))
    if private_to:
        close(page, private_to)
    return page


def close(page, group_name):
    """Restrict a page and all below it to one group."""
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(Group.objects.get_or_create(name=group_name)[0])
    return restriction


def _add(model, parent, **changes):
    """A page published the way an editor publishes it, so that search hears of it."""
    live = changes.pop("live", True)
    keywords = changes.pop("keywords", ())
    changes.setdefault("slug", f"page-{next(_number)}")
    page = model(**changes)
    page.live = False
    parent.add_child(instance=page)
    for keyword in keywords:
        page.keywords.add(keyword)
    revision = page.save_revision()
    if live:
        revision.publish()
    page.refresh_from_db()
    return page


def make_minutes(group, title="Compte rendu", **changes):
    changes.setdefault("meeting_date", datetime.date(2026, 3, 12))
    changes.setdefault("body", [text_block("Nous avons parlé du portage.")])
    return _add(MinutesPage, group, title=title, **changes)


def make_article(parent, title="Article", **changes):
    changes.setdefault("body", [text_block("Un article.")])
    return _add(ArticlePage, parent, title=title, **changes)


def make_roster(group, title="Liste", **changes):
    return _add(ParticipantListPage, group, title=title, **changes)


def make_text(title="À propos", **changes):
    changes.setdefault("body", [text_block("Un texte du site.")])
    return _add(TextPage, home(), title=title, **changes)


def text_block(words, key="abcde"):
    return ("text", f'<p data-block-key="{key}">{words}</p>')


def make_person(name="Noor Peeters", **changes):
    return Person.objects.create(name=name, **changes)


def make_role(label="Membres / Leden"):
    return Role.objects.get_or_create(label_fr=label)[0]


def make_keyword(name="portage", nl="", en="", synonyms=(), **changes):
    """A keyword with a French label, and Dutch and English ones where given."""
    keyword = Keyword.objects.create(name=name, **changes)
    for language, text in (("fr", name), ("nl", nl), ("en", en)):
        if text:
            KeywordLabel.objects.create(keyword=keyword, language=language, text=text)
    for text in synonyms:
        KeywordLabel.objects.create(
            keyword=keyword, language="fr", text=text, kind=KeywordLabel.SYNONYM
        )
    return keyword


def make_comment(page, text="Bien dit.", parent=None, user=None, keywords=(), **changes):
    """A published comment; by a member when `user` is given, else by a visitor."""
    if changes.pop("is_removed", False):
        changes["state"] = State.HIDDEN
    if not changes.pop("is_public", True):
        changes["state"] = State.HELD
    comment = PageComment.objects.create(
        page_id=page.pk,
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=1,
        user=user,
        user_name=changes.pop("name", user.get_full_name() if user else "Visiteuse"),
        user_email=changes.pop("email", "" if user else "visitor@plenum.example"),
        comment=text,
        language=changes.pop("language", "fr"),
        parent_id=parent.pk if parent else 0,
        **changes,
    )
    comment.keywords.set(keywords)
    return comment


def hold(*comments):
    """Makes them wait, as a report or an edit does."""
    set_state(comments, ModerationAct.Act.HOLD)


def seen(*comments):
    """What a moderator's form about several comments says was read."""
    return " ".join(f"{comment.pk}:{comment.version}" for comment in comments)


def comment_form_data(page, **changes):
    """What a browser sends for the form under a page, hidden fields included."""
    from django.contrib.auth.models import AnonymousUser

    from discussion import proof
    from discussion.forms import CommentForm

    form = CommentForm(page, AnonymousUser())
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data |= {
        "proof": proof.solve(form.challenge),
        "name": "Visiteuse",
        "email": "visitor@plenum.example",
        "comment": "Merci pour ce compte rendu.",
        "keywords": "",
        "honeypot": "",
    }
    return {name: "" if value is None else value for name, value in (data | changes).items()}


def make_token(*known):
    """The token of a form, the same for the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, repr(known)))


def sign_in(client, user):
    client.force_login(user)
    return client


def at_once(*calls):
    """What each call returned or raised, all begun together."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            gate.wait()
            answers[number] = call()
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def seconds_ago(seconds):
    return int(time.time()) - seconds
