"""The glossary, A to Z, and the map of how its words hang together."""

import unicodedata
from itertools import groupby

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from glossary.models import Keyword, fold


@require_safe
def glossary(request):
    """Every keyword that the reader can meet, A to Z in the interface's language."""
    keywords = sorted(
        Keyword.objects.used_where_visible(request.user).with_labels(),
        key=lambda keyword: fold(keyword.label),
    )
    letters = [
        (letter, list(found)) for letter, found in groupby(keywords, key=lambda k: _letter(k.label))
    ]
    return render(request, "glossary/glossary.html", {"letters": letters})


@require_safe
def keyword_map(request):
    raise Http404


def _letter(label: str) -> str:
    first = unicodedata.normalize("NFKD", label)[:1].upper()
    return first if first.isalpha() else "#"
