"""The glossary out of the back office and into it, as files.

Importing takes two steps: a file is read and shown with what it would do, then the same file
is taken in. Between the two it waits in VAR_DIR/imports, one for each person; the form carries
a signed token with its digest.
"""

import hashlib
import time
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.menu import MenuItem

from accounts.duties import keeps_glossary
from glossary.exchange import files
from glossary.exchange.planning import Plan, plan
from glossary.exchange.resemblance import resembling
from glossary.exchange.storing import Refused, take_in
from glossary.exchange.vocabulary import Problem, UnreadableFileError, gather_all

#: Changes that one request can make in good time; more go through the command.
MOST = 1000
#: Items of a list that the preview shows.
SHOWN = 100
HOURS = 24


class ExchangeMenuItem(MenuItem):
    """Leads to the page, for those who keep the glossary."""

    def __init__(self):
        super().__init__(
            gettext_lazy("Importer / exporter"),
            reverse("keyword_exchange"),
            icon_name="upload",
            order=800,
            name="keyword-exchange",
        )

    def is_shown(self, request):
        return keeps_glossary(request.user)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy(
            "Un tableau CSV, ou un thésaurus SKOS en Turtle, RDF/XML ou JSON-LD ; "
            "5 Mo et 5000 concepts au plus."
        ),
        error_messages={
            "required": gettext_lazy("Choisissez un fichier."),
            "empty": gettext_lazy("Ce fichier est vide."),
        },
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Les mots-clés qui sont déjà là"),
        choices=[
            ("add", gettext_lazy("restent comme ils sont")),
            ("update", gettext_lazy("sont mis à jour d’après le fichier")),
        ],
        initial="add",
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Mis à jour : ce que dit le fichier remplace ce que dit le glossaire ; "
            "ce que le fichier ne dit pas reste."
        ),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > files.MAX_BYTES:
            raise forms.ValidationError(files.too_long())
        return file


@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request):
    """The page; with a file, what it would do; with a token, doing it."""
    if not keeps_glossary(request.user):
        raise PermissionDenied
    may_import = request.user.has_perm("glossary.add_keyword")
    form = ImportForm()
    if request.method == "POST":
        if not may_import:
            raise PermissionDenied
        if "token" in request.POST:
            return _confirm(request)
        form = ImportForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            update = form.cleaned_data["mode"] == "update"
            return _preview(request, file.read(), file.name, update)
    context = {"form": form, "formats": files.FORMATS.values(), "may_import": may_import}
    return render(request, "glossary/backoffice/exchange.html", context)


@require_safe
def export(request, format_name):
    """The whole glossary as a file."""
    if not keeps_glossary(request.user):
        raise PermissionDenied
    form = files.FORMATS.get(format_name)
    if form is None:
        raise Http404
    response = HttpResponse(
        files.write(gather_all(), format_name), content_type=f"{form.mime_type}; charset=utf-8"
    )
    name = f"plenum-{timezone.localdate().isoformat()}{form.extensions[0]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _preview(request, data, name, update):
    try:
        found = plan(files.read(data, name), update=update)
    except UnreadableFileError as error:
        where = _("ligne %(number)d") % {"number": error.line} if error.line else ""
        found = Plan(problems=[Problem(where, str(error))])
    _mind_rights(found, request.user)
    context = {"plan": found, "name": name, "update": update, "shown": f":{SHOWN}"}
    if not found.problems and not found.does_nothing:
        context["token"] = _keep(request.user, data, name, update)
        context["resembling"] = resembling(found)
    status = 422 if found.problems else 200
    return render(request, "glossary/backoffice/exchange_preview.html", context, status=status)


def _mind_rights(found, user):
    """What this person may not do, and what a browser would wait too long for."""
    if (found.groups_created and not user.has_perm("glossary.add_keywordgroup")) or (
        found.groups_changed and not user.has_perm("glossary.change_keywordgroup")
    ):
        found.problems.append(
            Problem("", _("Le fichier fait ou change des groupes, ce que vous ne pouvez faire."))
        )
    if len(found.changes) > MOST:
        sentence = _(
            "Il y a %(number)d mots-clés à écrire, et cette page en prend %(most)d à la fois : "
            "partagez le fichier, ou demandez un « manage.py import_keywords »."
        )
        numbers = {"number": len(found.changes), "most": MOST}
        found.problems.append(Problem("", sentence % numbers))


def _confirm(request):
    """Takes in the file that was previewed, as the glossary is by now."""
    back = redirect("keyword_exchange")
    try:
        data, name, update = _fetch(request.user, request.POST["token"])
    except (signing.BadSignature, OSError):
        messages.error(request, _("Le fichier n’est plus là : déposez-le encore une fois."))
        return back
    try:
        vocabulary = files.read(data, name)
        found = plan(vocabulary, update=update)
        _mind_rights(found, request.user)
        if found.problems:
            raise Refused(found)
        made = take_in(vocabulary, update=update, user=request.user)
    except (Refused, UnreadableFileError):
        # The glossary has changed since the preview: it is shown anew.
        return _preview(request, data, name, update)
    except IntegrityError:
        messages.error(request, _("Le glossaire a changé entre-temps : déposez le fichier encore."))
        return back
    _place_of(request.user).unlink(missing_ok=True)
    made_words = ngettext(
        "%(count)d mot-clé ajouté", "%(count)d mots-clés ajoutés", len(made.created)
    )
    changed_words = ngettext("%(count)d mis à jour", "%(count)d mis à jour", len(made.changed))
    messages.success(
        request,
        f"{made_words % {'count': len(made.created)}}, "
        f"{changed_words % {'count': len(made.changed)}}.",
    )
    return back


# --- The file between the two steps -----------------------------------------------------------


def _place_of(user) -> Path:
    return settings.VAR_DIR / "imports" / str(user.pk)


def _keep(user, data, name, update) -> str:
    """Puts the file where the next step finds it; the token to find it by."""
    place = _place_of(user)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    for old in place.parent.iterdir():
        if old.stat().st_mtime < time.time() - HOURS * 3600:
            old.unlink(missing_ok=True)
    place.write_bytes(data)
    told = {"digest": hashlib.sha256(data).hexdigest(), "name": name, "update": update}
    return signing.dumps(told, salt=_salt(user))


def _fetch(user, token) -> tuple[bytes, str, bool]:
    """(the file, its name, whether to update); BadSignature or OSError if it is not that one."""
    told = signing.loads(token, salt=_salt(user), max_age=HOURS * 3600)
    data = _place_of(user).read_bytes()
    if hashlib.sha256(data).hexdigest() != told["digest"]:
        raise signing.BadSignature
    return data, told["name"], told["update"]


def _salt(user) -> str:
    return f"glossary import {user.pk}"
