"""From a word that was searched for in vain to the keyword that it should find, in one step."""

from django import forms
from django.conf import settings
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.log_actions import log

from glossary.backoffice.frame import frame
from glossary.backoffice.merging import KeywordField
from glossary.forms import linked
from glossary.likeness import likely
from glossary.models import Keyword, KeywordLabel, fold
from glossary.rules import not_a_keyword
from glossary.takeover import add_to_draft
from search import missed


class SynonymForm(forms.Form):
    """Adds a word to a published keyword; shows those first that `word` may be another word for."""

    text = forms.CharField(
        label=gettext_lazy("Synonyme"),
        max_length=KeywordLabel._meta.get_field("text").max_length,
        help_text=gettext_lazy("Une recherche est comptée sans ses accents : remettez-les."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Langue"), choices=settings.LANGUAGES)
    likely = forms.ChoiceField(
        label=gettext_lazy("Du mot-clé"), widget=forms.RadioSelect, required=False
    )
    other = KeywordField(
        label=gettext_lazy("Ou d’un autre"),
        required=False,
        help_text=gettext_lazy("Rempli, c’est lui qui reçoit le synonyme."),
    )

    def __init__(self, word, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._likely = {str(each.pk): each for each in likely(word, among=published())}
        self.fields["likely"].choices = [
            (pk, _described(keyword)) for pk, keyword in self._likely.items()
        ]
        if not self._likely:
            del self.fields["likely"]
            self.fields["other"].label = self.base_fields["likely"].label
            self.fields["other"].help_text = ""

    def clean(self):
        data = super().clean()
        keyword = data.get("other") or self._likely.get(data.get("likely"))
        if "other" in self.errors:
            return data
        if keyword is None:
            self.add_error("other", _("Choisissez un mot-clé."))
        elif not keyword.live:
            said = _("« %(name)s » n’est pas publié : publiez-le d’abord.")
            self.add_error("other", said % {"name": keyword.name})
        elif text := data.get("text"):
            self._clean_text(text, keyword)
        return data | {"keyword": keyword}

    def _clean_text(self, text, keyword):
        known = keyword.labels.filter(language=self.cleaned_data.get("language"))
        if problem := not_a_keyword(text):
            self.add_error("text", problem)
        elif other := Keyword.objects.exclude(pk=keyword.pk).named(text):
            said = _("Ce mot désigne déjà le mot-clé {keyword}.")
            self.add_error("text", format_html(said, keyword=linked([other])))
        elif known.filter(folded=fold(text)).exists():
            self.add_error("text", _("Cet intitulé est déjà là dans cette langue."))

    @transaction.atomic
    def save(self, user) -> KeywordLabel:
        data = self.cleaned_data
        language, text = data["language"], data["text"]
        keyword = Keyword.objects.get(pk=data["keyword"].pk)  # its labels are yet to be read
        label = KeywordLabel.objects.create(
            keyword=keyword, language=language, text=text, kind=KeywordLabel.SYNONYM
        )
        add_to_draft(keyword, {"labels": [[language, text]], "links": {"moved": []}})
        log(instance=keyword, action="wagtail.edit", user=user)
        return label


@require_http_methods(["GET", "HEAD", "POST"])
def synonym(request):
    """?word= and ?language= are what was searched for; a POST adds it, or what was made of it."""
    word = request.GET.get("word", "").replace("\x00", "")[:100]
    given = {"text": word, "language": request.GET.get("language")}
    form = SynonymForm(word, request.POST or None, initial=given)
    if form.is_valid():
        label = form.save(request.user)
        # A keyword is found by its words in every language.
        missed.handle(missed.recent().filter(words=word))
        said = _("« %(word)s » est maintenant un synonyme de « %(keyword)s ».")
        edit = reverse("keywords:edit", args=[label.keyword.pk])
        messages.success(
            request,
            said % {"word": label.text, "keyword": label.keyword.label},
            buttons=[messages.button(edit, _("Voir le mot-clé"))],
        )
        return redirect("missed_queries")
    context = frame(_("Un synonyme de plus"), "tag", above=False) | {"form": form}
    context["names"] = published().values_list("name", flat=True)
    return render(request, "glossary/backoffice/synonym.html", context)


def published():
    return Keyword.objects.unmerged().filter(live=True)


def _described(keyword) -> str:
    """Its label, and the word of its that is near where that is another."""
    beside = keyword.near if fold(keyword.near) != fold(keyword.label) else ""
    return f"{keyword.label} ({beside})" if beside else keyword.label
