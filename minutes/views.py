"""Pages that are about people rather than stored as pages."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Person
from minutes.overview import person_context


@require_safe
def person(request, slug):
    """Where somebody took part. Nobody exists for a reader who may see none of it."""
    found = get_object_or_404(Person, slug=slug)
    context = person_context(found, request.user)
    if not any(context.values()):
        raise Http404
    return render(request, "minutes/person.html", {"person": found, **context})
