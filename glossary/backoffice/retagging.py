"""Retagging in the back office: of the uses of one keyword, some get another, or lose it.

Three steps on one address: the uses are filtered and chosen, what would change is shown, and
it is done. Splitting a keyword is retagging with a word that is made on the way.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date as Date

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from discussion.models import PageComment
from glossary.backoffice.frame import frame
from glossary.likeness import similar
from glossary.models import Keyword, KeywordLabel, PageKeyword
from glossary.retagging import retag as retag_pages
from glossary.rules import UNGROUPED, Kind, beside_label, quoted, rank_of
from glossary.takeover import take_words_from_draft
from minutes.models import ArticlePage, MinutesPage, ParticipantListPage, WorkgroupPage
from search import outbox

A_PAGE = 50
SHOWN = 100  # changes listed before they are made; more are counted
ADD, REPLACE, REMOVE = "add", "replace", "remove"


@dataclass
class Use:
    """A page or a comment that carries the keyword."""

    key: str  # "p12" is page 12, "c34" comment 34
    pk: int
    kind: Kind
    title: str
    date: Date | None
    group: WorkgroupPage | None
    #: Whether somebody else has locked the page.
    locked: bool = False

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


def uses_of(keyword: Keyword, user) -> list[Use]:
    """What carries a keyword on the pages that this user may publish, newest first."""
    theirs = page_permission_policy.instances_user_has_permission_for(user, "publish")
    groups = WorkgroupPage.objects.only("path", "title", "title_nl", "title_en")
    groups = {group.path: group for group in groups}

    def group_above(path):
        step = Page.steplen
        above = (path[:length] for length in range(len(path) - step, 0, -step))
        return next((groups[each] for each in above if each in groups), None)

    found = []
    tagged = theirs.filter(keyword_uses__tag=keyword)
    for model, day in (
        (MinutesPage, F("minutespage__meeting_date")),
        (ArticlePage, F("articlepage__date")),
        (ParticipantListPage, None),
    ):
        pages = tagged.type(model).annotate(day=day) if day else tagged.type(model)
        columns = ["pk", "draft_title", "path", "locked", "locked_by", *(["day"] if day else [])]
        found += [
            Use(
                key=f"p{row['pk']}",
                pk=row["pk"],
                kind=model.keyword_kind,
                title=row["draft_title"],
                date=row.get("day"),
                group=group_above(row["path"]),
                locked=row["locked"] and row["locked_by"] != user.pk,
            )
            for row in pages.values(*columns)
        ]
    comments = PageComment.objects.filter(keywords=keyword, page__in=theirs)
    found += [
        Use(
            key=f"c{row['pk']}",
            pk=row["pk"],
            kind=Kind.COMMENT,
            title=_("%(who)s, sous « %(page)s »")
            % {"who": row["user_name"], "page": row["page__title"]},
            date=row["submit_date"].date(),
            group=group_above(row["page__path"]),
        )
        for row in comments.values("pk", "user_name", "submit_date", "page__title", "page__path")
    ]
    return sorted(found, key=lambda use: (use.date or Date.min, use.pk), reverse=True)


class FilterForm(forms.Form):
    """Which uses are shown; made of those that there are."""

    kind = forms.ChoiceField(label=gettext_lazy("Sorte"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("Groupe de travail"), required=False)
    year = forms.ChoiceField(label=gettext_lazy("Année"), required=False)

    def __init__(self, data, uses):
        super().__init__(data)
        every = [("", _("Tout"))]
        kinds = {use.kind for use in uses}
        groups = {use.group.pk: use.group.heading for use in uses if use.group}
        years = sorted({use.date.year for use in uses if use.date}, reverse=True)
        self.fields["kind"].choices = every + [each for each in Kind.choices if each[0] in kinds]
        self.fields["group"].choices = every + sorted(groups.items(), key=lambda each: each[1])
        self.fields["year"].choices = every + [(year, year) for year in years]

    def chosen(self, uses: list[Use]) -> list[Use]:
        if not self.is_valid():  # what it asked for is no more: nothing, rather than everything
            return []
        wanted = self.cleaned_data
        kind, group, year = (wanted.get(name) for name in ("kind", "group", "year"))
        return [
            use
            for use in uses
            if (not kind or use.kind == kind)
            and (not group or (use.group and str(use.group.pk) == group))
            and (not year or (use.date and str(use.date.year) == year))
        ]


class RetagForm(forms.Form):
    """What to do with the uses that are ticked."""

    action = forms.ChoiceField(label=gettext_lazy("Que faire ?"), widget=forms.RadioSelect)
    word = forms.CharField(
        label=gettext_lazy("L’autre mot-clé"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "keywords", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Un nom ou un synonyme ; un mot que le glossaire ne connaît pas y entre, dans le"
            " même groupe : c’est ainsi qu’un mot-clé se partage en deux."
        ),
    )
    labels = forms.MultipleChoiceField(
        label=gettext_lazy("Intitulés qui passent au nouveau mot-clé"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sure = forms.BooleanField(
        label=gettext_lazy("Créer ce mot même s’il ressemble à d’autres"), required=False
    )
    every = forms.BooleanField(required=False)

    def __init__(self, data, *, keyword, found, user):
        super().__init__(data)
        self.keyword, self.found, self.user = keyword, found, user
        self.other = None
        self.fields["action"].choices = [
            (ADD, _("Ajouter l’autre mot-clé")),
            (REPLACE, _("Remplacer « %(name)s » par l’autre") % {"name": keyword.name}),
            (REMOVE, _("Retirer « %(name)s »") % {"name": keyword.name}),
        ]
        self.fields["labels"].choices = [
            (label.pk, f"{label.text} ({label.language})")
            for label in keyword.labels.all()
            if label.folded != keyword.folded
        ]
        self.fields["every"].label = ngettext(
            "Cocher %(number)d emploi trouvé", "Cocher les %(number)d emplois trouvés", len(found)
        ) % {"number": len(found)}

    @property
    def wants_word(self) -> bool:
        return self.cleaned_data.get("action") in (ADD, REPLACE)

    @property
    def ticked(self) -> set[str]:
        if not hasattr(self.data, "getlist"):
            return set()
        return {*self.data.getlist("use"), *self.data.get("uses", "").split()}

    def uses(self) -> list[Use]:
        """The uses that were chosen, of those found."""
        if self.cleaned_data.get("every"):
            return self.found
        return [use for use in self.found if use.key in self.ticked]

    def clean(self):
        data = super().clean()
        if not self.uses():
            raise ValidationError(_("Cochez au moins un emploi."))
        if self.wants_word:
            self._clean_word(" ".join(data.get("word", "").split()))
        if data.get("labels") and not self.makes_keyword:
            self.add_error(
                "labels",
                _("Des intitulés ne passent qu’à un nouveau mot-clé ; sinon, modifiez les fiches."),
            )
        return data

    @property
    def target(self) -> str:
        """The keyword that is meant, as the preview names it: more than the word typed."""
        if self.other:
            return f"{self.other.label}{beside_label(self.other)}"
        return self.cleaned_data.get("word", "")

    @property
    def moving(self) -> list[str]:
        """The labels that go to the new keyword."""
        chosen = self.cleaned_data.get("labels", ())
        return [label for key, label in self.fields["labels"].choices if str(key) in chosen]

    @property
    def makes_keyword(self) -> bool:
        return self.wants_word and self.other is None and bool(self.cleaned_data.get("word"))

    def _clean_word(self, word):
        if not word:
            self.add_error("word", _("Écrivez l’autre mot-clé."))
            return
        self.cleaned_data["word"] = word
        named = Keyword.objects.unmerged().filter(name__iexact=word).first()
        self.other = named or Keyword.objects.named(word)
        # A synonym of the keyword itself may become the name of what is split off it.
        if self.other == self.keyword and self._splits_off(word):
            self.other = None
        elif self.other == self.keyword:
            self.add_error("word", _("C’est le mot-clé lui-même : écrivez-en un autre."))
        elif self.other and not self.other.live:
            self.add_error("word", _("« %(name)s » n’est pas publié.") % {"name": self.other.name})
        elif self.other is None and not self.cleaned_data.get("sure"):
            others = Keyword.objects.unmerged().exclude(pk=self.keyword.pk)
            if alike := similar(word, among=others):
                self.add_error(
                    "word",
                    _("Ce mot ressemble à %(names)s : choisissez-le, ou cochez la case ci-dessous.")
                    % {"names": quoted(alike)},
                )

    def _splits_off(self, word) -> bool:
        chosen = set(self.cleaned_data.get("labels", ()))
        return any(
            str(label.pk) in chosen and label.text.casefold() == word.casefold()
            for label in self.keyword.labels.all()
        )


@dataclass
class Plan:
    """What would change, and what would not, and why."""

    changed: list[Use]
    kept: list[tuple[Use, str]]

    @property
    def shown(self) -> list[Use]:
        return self.changed[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.changed) - SHOWN, 0)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return Counter(reason for _use, reason in self.kept).most_common()


def plan(form: RetagForm) -> Plan:
    """Asks the rules of the other keyword's group about every use that was chosen."""
    uses, other = form.uses(), form.other
    locked = [(use, _("la page est verrouillée")) for use in uses if use.locked]
    uses = [use for use in uses if not use.locked]
    if not form.wants_word:
        return Plan(uses, locked)
    group = (other.group if other else form.keyword.group) or UNGROUPED
    replaces = form.cleaned_data["action"] == REPLACE
    carried = _carried(other) if other else set()
    crowded = _crowded(group, form, replaces) if group.single else set()
    changed, kept = [], locked
    for use in uses:
        if use.key in carried and not replaces:
            kept.append((use, _("porte déjà « %(name)s »") % {"name": other.name}))
        elif not group.is_for(use.kind):
            kept.append((use, _("les règles du groupe ne le prévoient pas ici")))
        elif group.applied_by > rank_of(form.user):
            kept.append((use, _("les règles du groupe vous réservent d’autres mots-clés")))
        elif use.key in crowded:
            kept.append(
                (
                    use,
                    _("porte un autre mot-clé du groupe « %(group)s », qui n’en permet qu’un")
                    % {"group": group.label},
                )
            )
        else:
            changed.append(use)
    return Plan(changed, kept)


def _carried(other) -> set[str]:
    pages = PageKeyword.objects.filter(tag=other).values_list("content_object", flat=True)
    comments = other.comments.values_list("pk", flat=True)
    return {*(f"p{pk}" for pk in pages), *(f"c{pk}" for pk in comments)}


def _crowded(group, form, replaces) -> set[str]:
    """The uses that carry another keyword of a group that allows one only."""
    mine = Q(tag=form.other) if form.other else Q(pk=None)
    if replaces:
        mine |= Q(tag=form.keyword)
    pages = PageKeyword.objects.filter(~mine, tag__group=group)
    comments = PageComment.keywords.through.objects.filter(keyword__group=group)
    left_out = [each.pk for each in (form.other, replaces and form.keyword) if each]
    comments = comments.exclude(keyword__in=left_out)
    return {
        *(f"p{pk}" for pk in pages.values_list("content_object", flat=True)),
        *(f"c{pk}" for pk in comments.values_list("pagecomment", flat=True)),
    }


@transaction.atomic
def apply(form: RetagForm) -> int:
    """Does what `plan` says; how many pages and comments were changed."""
    changed = plan(form).changed
    other = (_split_off(form) if form.makes_keyword else form.other) if form.wants_word else None
    removed = [form.keyword] if form.cleaned_data["action"] != ADD else []
    pages = [use.pk for use in changed if use.kind != Kind.COMMENT]
    comments = [use.pk for use in changed if use.kind == Kind.COMMENT]
    retag_pages(pages, add=[other] if other else [], remove=removed, user=form.user)
    rows = PageComment.keywords.through
    rows.objects.filter(pagecomment__in=comments, keyword__in=removed).delete()
    if other:
        rows.objects.bulk_create(
            (rows(pagecomment_id=pk, keyword_id=other.pk) for pk in comments), ignore_conflicts=True
        )
    outbox.add(*PageComment.objects.filter(pk__in=comments))
    return len(changed)


def _split_off(form: RetagForm) -> Keyword:
    """A new keyword in the group of the old one, with the labels that were chosen."""
    old = form.keyword
    chosen = KeywordLabel.objects.filter(keyword=old, pk__in=form.cleaned_data["labels"])
    words = list(chosen)
    chosen.delete()
    take_words_from_draft(old, {(label.language, label.folded) for label in words})
    word = form.cleaned_data["word"]
    made = Keyword.objects.make(word, settings.LANGUAGE_CODE, old.group, old.offered)
    said = {(settings.LANGUAGE_CODE, made.folded)}
    for label in words:
        if (label.language, label.folded) in said:
            continue
        kind = KeywordLabel.SYNONYM if label.language == settings.LANGUAGE_CODE else label.kind
        KeywordLabel.objects.create(
            keyword=made, language=label.language, text=label.text, kind=kind, linked=label.linked
        )
    return made


@require_http_methods(["GET", "HEAD", "POST"])
def retag(request, pk):
    keyword = get_object_or_404(
        Keyword.objects.unmerged().with_labels().select_related("group"), pk=pk
    )
    uses = uses_of(keyword, request.user)
    filters = FilterForm(request.GET, uses)
    found = filters.chosen(uses)
    step = request.POST.get("step")
    form = RetagForm(request.POST or None, keyword=keyword, found=found, user=request.user)
    context = frame(_("Réétiqueter « %(name)s »") % {"name": keyword.name}, "tag")
    context |= {"keyword": keyword, "filters": filters, "form": form, "found": len(found)}
    if step in ("preview", "apply") and form.is_valid():
        if step == "apply":
            number = apply(form)
            said = ngettext("%(number)d emploi changé.", "%(number)d emplois changés.", number)
            messages.success(request, said % {"number": number})
            return redirect("keyword_retag", keyword.pk)
        planned = plan(form)
        context |= {"plan": planned, "sent": _sent(request.POST, planned)}
        return render(request, "glossary/backoffice/retag_preview.html", context)
    if step == "edit":
        form.errors.clear()  # back from what was shown: nothing is wrong
    context["page_obj"] = Paginator(found, A_PAGE).get_page(request.GET.get("p"))
    context["names"] = Keyword.objects.unmerged().values_list("name", flat=True)
    context["ticked"] = form.ticked
    on_page = {use.key for use in context["page_obj"]}
    context["ticked_elsewhere"] = [
        use.key for use in found if use.key in form.ticked and use.key not in on_page
    ]
    return render(request, "glossary/backoffice/retag.html", context)


def _sent(data, planned: Plan) -> list[tuple[str, str]]:
    """What a form sent, to be sent again from the next step.

    The uses go by their keys: "all" would be others by then.
    """
    left_out = ("step", "csrfmiddlewaretoken", "every", "use", "uses")
    sent = [(name, each) for name in data if name not in left_out for each in data.getlist(name)]
    chosen = [*planned.changed, *(use for use, _reason in planned.kept)]
    return [*sent, ("uses", " ".join(use.key for use in chosen))]
