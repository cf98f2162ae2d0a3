"""Several comments at once, chosen in the list."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.views.bulk_action import BulkAction

from accounts.duties import moderates
from discussion import moderation, moving
from discussion.keys import is_key
from discussion.models import ModerationAct, PageComment
from discussion.moderation_list import CommentFilterSet, CommentIndexView
from discussion.moderation_views import CHANGED, VERBS, MoveForm, done, say_done
from discussion.moderators import moderated_by

Act = ModerationAct.Act


class Moderate(BulkAction):
    """Does `act` to the comments chosen in the list that it is possible for."""

    models = [PageComment]
    template_name = "discussion/moderation/confirm_bulk.html"
    button_class = ""
    act: str
    #: Those whose text is not what was read: asked about again.
    changed = ()

    def dispatch(self, request, *args, **kwargs):
        if not moderates(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self, model, object_ids):
        """Of the comments asked for, those that are for this moderator to change."""
        wanted = [key for key in object_ids if is_key(key)]
        chosen = moderated_by(self.request.user).filter(pk__in=wanted)
        found = list(self.possible(chosen).select_related("page").newest_first())
        own = moderation.deleted_by_authors(found) if self.act == Act.RESTORE else ()
        return [comment for comment in found if comment.pk not in own]

    def possible(self, comments):
        return comments.filter(state__in=moderation.POSSIBLE_FROM[self.act])

    def get_all_objects_in_listing_query(self, parent_id):
        """All that the list shows: searched and filtered as it was, over all its pages."""
        listing = CommentIndexView(
            model=PageComment,
            filterset_class=CommentFilterSet,
            index_results_url_name="comments:index_results",
        )
        listing.setup(self.request)
        return listing.get_queryset().values_list("pk", flat=True)

    @cached_property
    def seen(self) -> dict[int, str]:
        """The versions that were read, as the form says them: "key:version …"."""
        said = (part.partition(":") for part in self.request.POST.get("seen", "").split())
        return {int(key): version for key, _colon, version in said if is_key(key)}

    def form_valid(self, form):
        answer = super().form_valid(form)
        if not self.changed:
            return answer
        messages.warning(self.request, CHANGED)
        asked = [("id", comment.pk) for comment in self.changed]
        return redirect(f"{self.request.path}?{urlencode([*asked, ('next', self.next_url)])}")

    def get_execution_context(self):
        return {"view": self}

    @classmethod
    def execute_action(cls, objects, view=None, **kwargs):
        view.acts = view.do(objects)
        return len(view.acts), 0

    def do(self, comments) -> list[ModerationAct]:
        acts = moderation.acts_of(comments, self.act, self.request.user, seen=self.seen)
        left = self.get_queryset(self.model, self.seen.keys() - {act.comment_id for act in acts})
        self.changed = [each for each in left if each.version != self.seen[each.pk]]
        return acts

    def get_success_message(self, number, _children):
        if self.acts:  # said here, with the way to take it back
            sentence = done(self.act, number)
            say_done(self.request, sentence, self.acts[0], self.next_url, together=True)


class Approve(Moderate):
    display_name = VERBS[Act.APPROVE]
    aria_label = gettext_lazy("Approuver les commentaires choisis")
    action_type = act = Act.APPROVE.value
    action_priority = 5


class Hide(Moderate):
    display_name = VERBS[Act.HIDE]
    aria_label = gettext_lazy("Masquer les commentaires choisis")
    action_type = act = Act.HIDE.value
    action_priority = 10
    classes = {"serious"}
    button_class = "serious"


class Restore(Moderate):
    display_name = VERBS[Act.RESTORE]
    aria_label = gettext_lazy("Rétablir les commentaires choisis")
    action_type = act = Act.RESTORE.value
    action_priority = 20


class Spam(Moderate):
    display_name = VERBS[Act.SPAM]
    aria_label = gettext_lazy("Marquer indésirables les commentaires choisis")
    action_type = act = Act.SPAM.value
    action_priority = 30
    classes = {"serious"}
    button_class = "serious"


class Delete(Moderate):
    display_name = VERBS[Act.DELETE]
    aria_label = gettext_lazy("Effacer les commentaires choisis")
    action_type = act = Act.DELETE.value
    action_priority = 40
    classes = {"serious"}
    button_class = "serious"


class Move(Moderate):
    display_name = VERBS[Act.MOVE]
    aria_label = gettext_lazy("Déplacer les commentaires choisis")
    action_type = act = Act.MOVE.value
    action_priority = 50
    form_class = MoveForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def possible(self, comments):
        return comments

    def do(self, comments):
        """Oldest first: what goes along with what it answers needs no move of its own."""
        at, page = timezone.now(), self.cleaned_form.cleaned_data["page"]
        ordered = sorted(comments, key=lambda comment: comment.pk)
        acts = [moving.move(each, page, self.request.user, at) for each in ordered]
        return [act for act in acts if act]


ACTIONS = (Approve, Hide, Restore, Spam, Delete, Move)
