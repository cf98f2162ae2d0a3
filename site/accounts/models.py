"""Who signs in (User) and who is named in minutes (Person): often, but not always, the same."""

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

#: How many letters of a display name sign a comment: what a comment has room for.
SIGNATURE_LENGTH = 50


class UserManager(BaseUserManager):
    """Makes users; addresses are kept in lower case, so that one address is one account."""

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())

    def create_user(self, email, password=None, **fields):
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Made at the command line, by somebody who answers for the address."""
        from accounts.addresses import vouch_for

        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        vouch_for(user)
        return user


class User(AbstractUser):
    """Somebody who can sign in, known by an e-mail address that nobody else is shown."""

    username = None
    email = models.EmailField(_("adresse e-mail"), unique=True)
    display_name = models.CharField(
        _("nom affiché"), max_length=80, help_text=_("Le nom qui signe vos commentaires.")
    )
    language = models.CharField(
        _("langue"), max_length=5, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        """The name that others see; never the address."""
        return self.display_name or _("Membre")

    def get_short_name(self):
        return self.get_full_name()


class Person(index.Indexed, ClusterableModel):
    """Somebody named in rosters, attendance lists and as an author; with or without an account."""

    name = models.CharField(_("nom"), max_length=120)
    slug = models.SlugField(_("identifiant d’adresse"), max_length=140, unique=True, blank=True)
    aliases = models.TextField(_("autres orthographes"), blank=True, help_text=_("Une par ligne."))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("compte"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
    )

    panels = [FieldPanel("name"), FieldPanel("aliases"), FieldPanel("user"), FieldPanel("slug")]
    search_fields = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.SearchField("aliases"),
        index.AutocompleteField("aliases"),
    ]

    class Meta:
        verbose_name = _("personne")
        verbose_name_plural = _("personnes")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("person", args=[self.slug])

    @property
    def names(self) -> list[str]:
        """The name and every other spelling of it."""
        return [self.name, *(line.strip() for line in self.aliases.splitlines() if line.strip())]

    def _free_slug(self):
        base = slugify(self.name)[:130] or "personne"
        taken = set(
            Person.objects.filter(slug__startswith=base)
            .exclude(pk=self.pk)
            .values_list("slug", flat=True)
        )
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        return slug
