"""Members suggest keywords for a page; editors accept or refuse them."""

from django.http import Http404


def own_words(request):
    raise Http404


def completions(request):
    raise Http404


def suggest(request, page_id):
    raise Http404


def decide(request, suggestion_id):
    raise Http404
