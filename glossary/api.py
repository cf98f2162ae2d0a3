"""Keywords as data, for other programs to read."""

from django.http import Http404


def keywords(request):
    raise Http404


def keyword(request, slug):
    raise Http404
