"""People whom a comment names, "@[Noor Peeters]", for its writer to see as for its readers."""

from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from accounts.models import Person
from discussion.formatting import MENTION
from search.sources import source_of

#: In one comment; more is a list of names, which nobody is called by.
MOST = 20
SUGGESTED = 8


def people_in(text: str, user) -> list[Person]:
    """Those named in a text who exist for its writer; an unknown name stays a name."""
    names = list(dict.fromkeys(name.strip() for name in MENTION.findall(text)))[:MOST]
    return list(_existing_for(user).filter(name__in=names)) if names else []


def _existing_for(user):
    return source_of(Person).visible(user)


@require_safe
def people(request):
    """JSON {"people": [name, …]} that begin so, or of which a word does; for members only."""
    if not request.user.is_authenticated:
        raise Http404
    typed = request.GET.get("q", "").strip()[:60]
    found = _existing_for(request.user) if typed else Person.objects.none()
    begins = found.filter(name__istartswith=typed) | found.filter(name__icontains=f" {typed}")
    names = begins.order_by("name").values_list("name", flat=True).distinct()[:SUGGESTED]
    return JsonResponse({"people": list(names)})
