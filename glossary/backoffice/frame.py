"""What Wagtail's page furniture needs around the views that care for the glossary."""

from django.urls import reverse
from django.utils.translation import gettext as _


def frame(title: str, icon: str, *, above: bool = True) -> dict:
    """Title, icon and breadcrumbs for `wagtailadmin/generic/base.html`.

    `above` puts the overview of the glossary's care above the page.
    """
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Accueil")},
        {"url": reverse("keywords:list"), "label": _("Mots-clés")},
    ]
    if above:
        crumbs.append({"url": reverse("keyword_care"), "label": _("Entretien")})
    crumbs.append({"url": "", "label": title})
    return {"header_title": title, "header_icon": icon, "breadcrumbs_items": crumbs}
