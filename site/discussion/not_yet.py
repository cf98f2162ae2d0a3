from django.http import Http404


def view(request, **kwargs):
    raise Http404
