"""Merging in the back office: two keywords are chosen, what would move is shown, and it is done."""

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from glossary import merging
from glossary.backoffice.frame import frame
from glossary.models import Keyword, PageKeyword
from glossary.takeover import words_for


class KeywordField(forms.CharField):
    """A keyword by its name, or by any of its labels and synonyms."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"list": "keywords", "autocomplete": "off"})
        super().__init__(**{"max_length": 200, "widget": widget, **kwargs})

    def clean(self, value):
        word = super().clean(value)
        if not word:
            return None
        # A name is one keyword's; two that look alike may share a label.
        keyword = Keyword.objects.unmerged().filter(name__iexact=word).first()
        keyword = keyword or Keyword.objects.named(word)
        if keyword is None:
            raise ValidationError(
                _("Aucun mot-clé ne s’appelle « %(word)s ».") % {"word": word}, code="unknown"
            )
        return keyword


class MergeForm(forms.Form):
    source = KeywordField(
        label=gettext_lazy("Mot-clé à fusionner"),
        help_text=gettext_lazy("Il cède ses emplois, ses mots et son adresse."),
    )
    target = KeywordField(
        label=gettext_lazy("Dans"), help_text=gettext_lazy("Celui-ci reste et reprend tout.")
    )

    def clean(self):
        data = super().clean()
        if {"source", "target"} <= data.keys():
            problem = merging.why_not_merge(data["source"], data["target"])
            if problem:
                self.add_error("target", problem)
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request):
    """GET with ?source= and ?target= shows what would move; POST with both merges."""
    given = request.POST if request.method == "POST" else request.GET
    # One of the two, from the list of keywords, is where somebody begins.
    begun = "source" in given and "target" in given
    form = MergeForm(given) if begun else MergeForm(initial=given.dict())
    context = frame(_("Fusionner deux mots-clés"), "resubmit")
    context |= {"form": form, "names": Keyword.objects.unmerged().values_list("name", flat=True)}
    if begun and form.is_valid():
        source, target = form.cleaned_data["source"], form.cleaned_data["target"]
        if request.method == "POST":
            try:
                merging.merge(source, target, request.user)
            except ValidationError as error:  # somebody was faster
                form.add_error("target", error)
            else:
                said = _("« %(source)s » est fusionné dans « %(target)s ».")
                messages.success(request, said % {"source": source.name, "target": target.name})
                return redirect("keyword_care")
        context |= {"source": source, "target": target, "days": merging.UNDO_DAYS}
        context |= {"moves": what_moves(source, target), "cautions": cautions(source, target)}
        context["words"] = words_for(source, target)
    return render(request, "glossary/backoffice/merge.html", context)


def what_moves(source: Keyword, target: Keyword) -> list[tuple[str, int, int]]:
    """[(things by name, how many would move, how many carry both already)], empty ones left out."""
    names = [
        gettext_lazy("Pages"),
        gettext_lazy("Commentaires"),
        gettext_lazy("Commentaires à confirmer"),
        gettext_lazy("Abonnements"),
        gettext_lazy("Suggestions en attente"),
        gettext_lazy("Liens avec d’autres mots-clés"),
        gettext_lazy("Anciennes adresses"),
    ]
    counts = merging.preview(source, target)
    rows = zip(names, counts, strict=True)
    return [(name, moved, both) for name, (moved, both) in rows if moved or both]


def cautions(source: Keyword, target: Keyword) -> list[str]:
    """What an editor should know before merging."""
    said = []
    if source.definition_fr or source.definition_nl or source.definition_en or source.text:
        said.append(
            _("La définition et le texte de « %(name)s » ne suivent pas : reprenez-les d’abord.")
            % {"name": source.name}
        )
    if source.group_id != target.group_id:
        said.append(
            _("Ils ne sont pas dans le même groupe : seules les règles de « %(name)s » vaudront.")
            % {"name": target.name}
        )
    open_to_all = Keyword.objects.nameable_by(AnonymousUser())
    if not open_to_all.filter(pk=source.pk).exists() and open_to_all.filter(pk=target.pk).exists():
        said.append(
            _(
                "« %(source)s » n’est connu que là où tout le monde n’entre pas : ses mots et son"
                " adresse seront publics, avec ceux de « %(target)s »."
            )
            % {"source": source.name, "target": target.name}
        )
    group = target.group
    if group and group.single:
        others = PageKeyword.objects.filter(~Q(tag__in=[source.pk, target.pk]), tag__group=group)
        crowded = PageKeyword.objects.filter(
            tag=source, content_object__in=others.values("content_object")
        ).count()
        if crowded:
            said.append(
                ngettext(
                    "%(number)d page portera deux mots-clés du groupe « %(group)s »,"
                    " qui n’en permet qu’un.",
                    "%(number)d pages porteront deux mots-clés du groupe « %(group)s »,"
                    " qui n’en permet qu’un.",
                    crowded,
                )
                % {"number": crowded, "group": group.label}
            )
    return said
