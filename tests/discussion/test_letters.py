"""Letters are filled into stencils, and read as if their template had been rendered for each."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import prefetch_related_objects
from django.template import Context
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from discussion import letters
from discussion.context import discussion_of
from discussion.models import CommentFile, PageComment, Reaction, ReadMark, State
from discussion.threads import with_keywords
from glossary import mentions
from pages import stencils
from tests import base

pytestmark = pytest.mark.django_db
NAMES = ["Ada & <b>Co</b>", "Jean-Noël d’Or", "“Q” 'x' 100 % %s"]


def attach(comment, name, kind, **changes):
    return CommentFile.objects.create(
        comment=comment, file="comments/x", name=name, kind=kind, size=3_456_789, **changes
    )


@pytest.fixture
def page(workgroup, member):
    """A discussion in which a comment is all that one can be."""
    page = base.make_minutes(workgroup, body=[base.text_block("Un passage dont on parle. " * 12)])
    keywords = [base.make_keyword("portage & <co>", nl="dragen"), base.make_keyword("statut")]
    anchor = {"anchor": "p-gone", "passage": "Un long passage qui n’est plus là. " * 8}
    for number, name in enumerate(NAMES * 2):
        start = base.make_comment(page, "**Fort**, & <b>", name=name, keywords=keywords[:number])
        gap = base.make_comment(page, parent=start, language="nl")
        own = base.make_comment(page, "À moi.", user=member, parent=gap)
        Reaction.objects.create(comment=start, user=member, kind="agree")
        Reaction.objects.create(comment=gap, user=member, kind="thanks")
        attach(start, "Pièce n°1 & « x » (2);=.pdf", "pdf")
        attach(own, "Vue ~ d’ici.png", "png", width=800, height=300)
    PageComment.objects.filter(pk=start.pk).update(**anchor)
    PageComment.objects.filter(pk=start.pk - 3).update(edited_at=timezone.now())
    PageComment.objects.filter(pk=gap.pk).update(state=State.HIDDEN)
    base.make_comment(page, "J’attends.", user=member, state=State.HELD)
    ReadMark.objects.create(user=member, page_id=page.pk, new_after=start.pk - 5)
    return page


def written(page, user, rf):
    """The letters of a page for this reader, in its three languages."""
    request = rf.get(page.url)
    request.user, request.session = user, {}
    shown = []
    for language in ("fr", "nl", "en"):
        with override(language):
            discussion = discussion_of(page, request)
            comments = discussion["comments"]
            with_keywords(comments, mentions.keywords_around(page, request, comments)[1])
            every = [keyword for comment in comments for keyword in comment.keyword_list]
            prefetch_related_objects(every, "labels")
            context = {"page": page, "page_url": page.url, "user": user, "request": request}
            context["discussion"] = discussion
            letters.with_letters(comments, context)
            shown += [comment.letter for comment in comments]
    return shown


def rendered(template, texts, facts):
    """What a stencil stands for."""
    return template.template.render(Context(stencils._parts({**texts, **facts}, [])))


@pytest.mark.parametrize("who", ["stranger", "member", "moderator"])
def test_they_are_what_their_template_shows_of_each_comment(who, request, page, rf, monkeypatch):
    user = AnonymousUser() if who == "stranger" else request.getfixturevalue(who)
    by_stencil = written(page, user, rf)
    monkeypatch.setattr(letters, "filled", rendered)
    by_template = written(page, user, rf)
    assert by_stencil == by_template
    together = "".join(by_stencil)
    assert len(set(by_stencil)) == len(by_stencil) > 50
    for sign in ("letter gone", 'class="passage"', 'rel="tag"', "?petite", "modifié le"):
        assert sign in together
    for sign in ("data-own", "/retirer/", "En attente", 'class="new"', "/modifier/"):
        assert (sign in together) == (who == "member"), sign
    assert ("/moderate/" in together) == (who == "moderator")


def test_they_lead_to_files_by_the_addresses_that_files_have(page, rf):
    together = "".join(written(page, AnonymousUser(), rf))
    for file in CommentFile.objects.all():
        assert f'href="{escape(file.get_absolute_url())}"' in together


def test_comments_that_look_alike_are_filled_into_one_stencil(workgroup, rf):
    page = base.make_minutes(workgroup)
    users = [base.make_user(f"Membre {number}") for number in range(6)]
    for user in users:
        base.make_comment(page, f"De {user}.", user=user)
    stencils._stencil.cache_clear()
    shown = written(page, AnonymousUser(), rf)
    assert stencils._stencil.cache_info().currsize == 3  # one for each language
    assert [user.get_full_name() in shown[place] for place, user in enumerate(users)] == [True] * 6
