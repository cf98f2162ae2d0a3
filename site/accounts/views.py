"""Sign-in is allauth's. Here: a member's own page, and the back office's doors."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import AccountForm
from accounts.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    """A member's own name and language; address and password have pages of allauth."""
    own = User.objects.get(pk=request.user.pk)  # what is refused must not show in the page head
    form = AccountForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(own.language):
            messages.success(request, _("Votre compte est à jour."))
            return redirect("account")
    return render(
        request,
        "accounts/account.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


def admin_sign_in(request):
    """Wagtail's own door: lead to allauth's, and back to where the reader wanted to go.

    Wagtail also sends signed-in people here whom it does not let in. To send them to the
    sign-in page would send them round in a circle.
    """
    wanted = request.GET.get("next", "")
    if request.user.has_perm("wagtailadmin.access_admin"):
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
        return redirect(wanted if safe else "wagtailadmin_home")
    if request.user.is_authenticated:
        raise PermissionDenied
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return redirect(reverse("account_login") + query)


def admin_password_reset(request):
    """Wagtail's password pages: allauth's take their place."""
    return redirect("account_reset_password")
