"""From a word to the keyword that it should find: its form opens with the word as a synonym."""

from django import forms
from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from glossary.backoffice.frame import frame
from glossary.backoffice.merging import KeywordField
from glossary.models import Keyword, KeywordLabel


class SynonymForm(forms.Form):
    word = forms.CharField(
        label=gettext_lazy("Synonyme"), max_length=KeywordLabel._meta.get_field("text").max_length
    )
    language = forms.ChoiceField(label=gettext_lazy("Langue"), choices=settings.LANGUAGES)
    keyword = KeywordField(
        label=gettext_lazy("Du mot-clé"),
        help_text=gettext_lazy("Sa fiche s’ouvre avec ce synonyme, à vérifier et à publier."),
    )


@require_safe
def synonym(request):
    """?word= and ?language= ask which keyword; with ?keyword= its form is opened."""
    begun = "keyword" in request.GET
    form = SynonymForm(request.GET) if begun else SynonymForm(initial=request.GET.dict())
    if begun and form.is_valid():
        said = form.cleaned_data
        parameters = urlencode({"synonym": said["word"], "language": said["language"]})
        return redirect(f"{reverse('keywords:edit', args=[said['keyword'].pk])}?{parameters}")
    context = frame(_("Un synonyme de plus"), "tag", above=False) | {"form": form}
    context["names"] = Keyword.objects.unmerged().values_list("name", flat=True)
    return render(request, "glossary/backoffice/synonym.html", context)


def with_synonym(keyword: Keyword, parameters) -> Keyword:
    """The keyword with the synonym that the parameters of its form's address name, not saved."""
    form = SynonymForm({"word": parameters.get("synonym", ""), **parameters.dict()})
    form.is_valid()
    said = form.cleaned_data
    if said.get("word") and said.get("language"):
        keyword.labels.add(
            KeywordLabel(text=said["word"], language=said["language"], kind=KeywordLabel.SYNONYM)
        )
    return keyword
