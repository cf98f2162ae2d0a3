"""What a new site starts with: its home page, its groups of users, its roles.

Written with `apps.get_model` only, so that the migration and the tests that empty the
database can both call it. Doing it twice changes nothing.
"""

from urllib.parse import urlsplit

from django.conf import settings

ROLES = [
    (
        "Coordinateurs de groupe et administrateurs référents",
        "Groepscoördinatoren en referentiebestuurders",
        "Group coordinators and lead directors",
    ),
    ("Membres / Leden", "Leden / Membres", "Members"),
    ("Donneurs d’ordre", "Opdrachtgevers", "Clients"),
    ("Permanents", "Vaste medewerkers", "Permanent staff"),
    ("Partenaires", "Partners", "Partners"),
    ("Rédaction", "Verslaggeving", "Minute-taking"),
]

#: What each group may do in the back office: (app, model, codename). Editors also get the
#: page, picture and document permissions below; members get nothing there at all.
PERMISSIONS = {
    "Editors": [
        ("wagtailadmin", "admin", "access_admin"),
        *(
            (app, model, f"{verb}_{model}")
            for app, model in [
                ("accounts", "person"),
                ("glossary", "keyword"),
                ("glossary", "keywordgroup"),
                ("minutes", "role"),
            ]
            for verb in ("add", "change", "view")
        ),
        ("glossary", "keyword", "publish_keyword"),
        ("search", "missedquery", "view_missedquery"),
        *(
            ("wagtailsearchpromotions", "searchpromotion", f"{verb}_searchpromotion")
            for verb in ("add", "change", "delete", "view")
        ),
    ],
    "Moderators": [
        ("wagtailadmin", "admin", "access_admin"),
        ("discussion", "pagecomment", "view_pagecomment"),
        ("discussion", "pagecomment", "change_pagecomment"),
    ],
    "Members": [],
}
EDITORS_PAGES = ["add_page", "change_page", "publish_page", "view_page"]
EDITORS_FILES = [
    (app, model, f"{verb}_{model}")
    for app, model in [("wagtailimages", "image"), ("wagtaildocs", "document")]
    for verb in ("add", "change", "choose")
]


def set_up(apps):
    """The home page, the groups and the roles, where they are missing."""
    home_page(apps)
    groups(apps)
    roles(apps)


def home_page(apps):
    """A HomePage as the root of the default site, in place of Wagtail's welcome page."""
    Page = apps.get_model("wagtailcore", "Page")
    HomePage = apps.get_model("home", "HomePage")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    ContentType = apps.get_model("contenttypes", "ContentType")
    if HomePage.objects.exists():
        return
    locale, _ = Locale.objects.get_or_create(language_code="fr")
    page_type, _ = ContentType.objects.get_or_create(app_label="wagtailcore", model="page")
    home_type, _ = ContentType.objects.get_or_create(app_label="home", model="homepage")
    root = Page.objects.filter(depth=1).first() or Page.objects.create(
        title="Root",
        draft_title="Root",
        slug="root",
        content_type=page_type,
        path="0001",
        depth=1,
        numchild=0,
        url_path="/",
        locale=locale,
    )
    # Wagtail's own first page, which only says welcome; and the texts here are French.
    Site.objects.filter(root_page__slug="home", root_page__content_type=page_type).delete()
    Page.objects.filter(depth=2, slug="home", content_type=page_type).delete()
    Page.objects.update(locale=locale)
    Locale.objects.exclude(pk=locale.pk).filter(language_code="en").delete()
    home = HomePage.objects.create(
        title="Plenum",
        draft_title="Plenum",
        slug="accueil",
        content_type=home_type,
        path="00010001",
        depth=2,
        numchild=0,
        url_path="/accueil/",
        locale=locale,
    )
    Page.objects.filter(pk=root.pk).update(numchild=1)
    address = urlsplit(settings.BASE_URL)
    Site.objects.create(
        hostname=address.hostname,
        port=address.port or (443 if address.scheme == "https" else 80),
        root_page_id=home.pk,
        is_default_site=True,
        site_name="Plenum",
    )


def groups(apps):
    """Editors add, change and publish; Moderators see to comments; Members do neither."""
    Group = apps.get_model("auth", "Group")
    Page = apps.get_model("wagtailcore", "Page")
    Collection = apps.get_model("wagtailcore", "Collection")
    PagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    FilePermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for name, wanted in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([_permission(apps, *each) for each in wanted])
        PagePermission.objects.filter(group=group).delete()
        FilePermission.objects.filter(group=group).delete()
    editors = Group.objects.get(name="Editors")
    root = Page.objects.get(depth=1)
    files = Collection.objects.filter(depth=1).first() or Collection.objects.create(
        name="Root", path="0001", depth=1, numchild=0
    )
    for codename in EDITORS_PAGES:
        PagePermission.objects.create(
            group=editors, page=root, permission=_permission(apps, "wagtailcore", "page", codename)
        )
    for each in EDITORS_FILES:
        FilePermission.objects.create(
            group=editors, collection=files, permission=_permission(apps, *each)
        )


def editors_permissions(apps, *about):
    """What Editors may do with these apps; sites that were made before the apps lack it."""
    editors = apps.get_model("auth", "Group").objects.filter(name="Editors").first()
    if editors is not None:
        added = [each for each in PERMISSIONS["Editors"] if each[0] in about]
        editors.permissions.add(*(_permission(apps, *each) for each in added))


def roles(apps):
    """The six roles that people take part in."""
    Role = apps.get_model("minutes", "Role")
    for order, (fr, nl, en) in enumerate(ROLES):
        Role.objects.get_or_create(
            label_fr=fr,
            defaults={
                "label_nl": nl,
                "label_en": en,
                "sort_order": order,
                "is_minute_taker": fr == "Rédaction",
            },
        )


def _permission(apps, app, model, codename):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _ = ContentType.objects.get_or_create(app_label=app, model=model)
    permission, _ = Permission.objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": codename.replace("_", " ").capitalize()},
    )
    return permission
