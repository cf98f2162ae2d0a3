"""The only settings. What differs from one place to another comes from the environment.

DEBUG, SECRET_KEY, ALLOWED_HOSTS, BASE_URL, DATABASE_URL, EMAIL_URL, FROM_EMAIL, VAR_DIR,
TRUSTED_PROXIES, SEARCH_URL, SEARCH_MEMORY_MB: each is explained where it is read, and in
docs/settings.md.
"""

import sys
from pathlib import Path
from urllib.parse import unquote

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment
from config.environment import BadSetting

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# Everything made at run time; one folder to ignore, to back up and to write to.
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

STATIC_ROOT = VAR_DIR / "static"
ASSETS_DIR = VAR_DIR / "assets"  # fonts cut to size by `manage.py build_assets`
try:
    for _folder in (STATIC_ROOT, ASSETS_DIR):
        _folder.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise BadSetting(f"VAR_DIR is {str(VAR_DIR)!r}; it cannot be written to: {error}.") from error

# Development is the default on a person's own machine, and answers to that machine only.
DEBUG = environment.flag("DEBUG", True)
DEVELOPMENT_KEY = "for-development-only-and-refused-when-debug-is-off"
SECRET_KEY = environment.text("SECRET_KEY", DEVELOPMENT_KEY if DEBUG else None)
if not DEBUG and (SECRET_KEY == DEVELOPMENT_KEY or len(SECRET_KEY) < 50):
    raise BadSetting("SECRET_KEY must be 50 characters or more of your own when DEBUG is off.")
BASE_URL = environment.text("BASE_URL", "http://127.0.0.1:8000" if DEBUG else None).rstrip("/")
_base = environment.address("BASE_URL", BASE_URL)
if _base.scheme not in ("http", "https") or not _base.hostname:
    raise BadSetting(f"BASE_URL is {BASE_URL!r}; it must look like https://plenum.example.")
ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if DEBUG else _base.hostname
)

INSTALLED_APPS = [
    "home",
    "minutes",
    "glossary",
    "accounts",
    "pages",
    "discussion",  # before the comment packages: its templates and signals win
    "search",
    "django_comments_xtd",
    "django_comments",
    "django.contrib.sitemaps",
    "django.contrib.sites",  # django_comments' tables point at it; no link is built from it
    "allauth",
    "allauth.account",
    "wagtail.contrib.redirects",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.sites",
    "accounts.apps.AdminUsersConfig",  # wagtail.users, with our forms
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "csp",
    "django_htmx",  # for the script that it brings
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # harmless elsewhere; Wagtail asks for it on PostgreSQL
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.TrustedAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.NoStoreForMembers",
    "config.middleware.DesignedErrors",
    "accounts.middleware.OnlyTheirDesk",
    "pages.redirects.VisibleRedirects",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # long minutes make long editing forms

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context.site_frame",
            ],
            "builtins": ["pages.templatetags.notation_tags"],
        },
    },
]

# --- Database: SQLite by default, PostgreSQL by DATABASE_URL ---------------------------------

DATABASE_URL = environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
if environment.address("DATABASE_URL", DATABASE_URL).scheme == "sqlite":
    try:  # a newer SQLite than the system's, where a wheel of it exists
        import pysqlite3

        sys.modules.setdefault("sqlite3", pysqlite3)
    except ImportError:
        pass
    import sqlite3

    # Write-ahead logging has a race that can corrupt a database in SQLite 3.7.0 to 3.51.2;
    # it is mended in 3.51.3 and backported to the two older lines named here.
    _version = sqlite3.sqlite_version_info
    _wal_is_safe = (
        _version >= (3, 51, 3)
        or (3, 50, 7) <= _version < (3, 51)
        or (3, 44, 6) <= _version < (3, 45)
    )
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60)}
except Exception as error:
    raise BadSetting(
        "DATABASE_URL is not understood; it must look like "
        "postgres://user:password@host/name or sqlite:///path."
    ) from error
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if not Path(DATABASES["default"]["NAME"]).absolute().parent.is_dir():
        raise BadSetting("DATABASE_URL names a file in a folder that does not exist.")
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes the lock when its transaction starts, instead of failing half-way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": f"PRAGMA journal_mode={'WAL' if _wal_is_safe else 'DELETE'}; "
        "PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Who may see what is asked in nested subqueries, which PostgreSQL thinks costly enough to
    # compile first: that takes seconds, and running them takes milliseconds.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"-c jit=off {_options.get('options', '')}".strip()
else:
    raise BadSetting("DATABASE_URL must name SQLite or PostgreSQL.")

# --- Languages --------------------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("nl", _("néerlandais")), ("en", _("anglais"))]
# A text has its own language; there is one page tree (docs/architecture.md says why).
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "site" / "locale"]
TIME_ZONE = "Europe/Brussels"
USE_TZ = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_validators = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validators}UserAttributeSimilarityValidator"},
    {"NAME": f"{_validators}MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validators}CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one counts once it is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # who finds a browser open cannot take the account
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,30/h/ip,5/5m/key"}  # beside allauth's own
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or address is told to its owner
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = 0  # config.middleware.TrustedAddress has already done that work

# --- Pages, pictures, documents ---------------------------------------------------------------

WAGTAIL_SITE_NAME = "Plenum"
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # an address that can be read out on the telephone
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False, "LOGIN": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False, "LOGIN": False}
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = True
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
# Wagtail calls nobody unless it is let.
WAGTAILEMBEDS_FINDERS = []
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "odt", "ods", "pdf", "pptx", "txt", "xlsx"]
# What a request saves is indexed when it is done, of very much at once the rest in a thread.
INDEX_BESIDE = environment.flag("INDEX_BESIDE", True)
# Documents are read for search in a thread beside the requests; if not, by `read_documents`.
READ_DOCUMENTS_BESIDE = environment.flag("READ_DOCUMENTS_BESIDE", True)
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
TAGGIT_CASE_INSENSITIVE = True
KEYWORD_MODEL = "glossary.Keyword"

# --- Discussion -------------------------------------------------------------------------------

COMMENTS_APP = "django_comments_xtd"
COMMENTS_XTD_MODEL = "discussion.models.PageComment"
COMMENTS_XTD_FORM_CLASS = "discussion.forms.CommentForm"
COMMENTS_XTD_MAX_THREAD_LEVEL = 32_000  # any depth is stored; the page decides what to fold
COMMENT_LENGTH = 10_000  # characters; the package's own setting would change its migrations
COMMENTS_TIMEOUT = 24 * 60 * 60  # seconds a form stays good; then it comes back filled
COMMENT_MINIMUM_SECONDS = environment.number("COMMENT_MINIMUM_SECONDS", 3)
COMMENT_CONFIRM_DAYS = 7
# Posts in an hour: of a member or an address of the network, and of a member who is trusted.
COMMENTS_AN_HOUR = environment.number("COMMENTS_AN_HOUR", 20)
COMMENTS_AN_HOUR_TRUSTED = 3 * COMMENTS_AN_HOUR
COMMENT_LINKS_MOST = 3  # more of them in a comment are looked at first
COMMENT_PROOF_PREFIX = "0000"  # what a visitor's browser looks for: 16 bits, 65,000 tries or so
AKISMET_KEY = environment.text("AKISMET_KEY", "")  # none: nothing leaves the house
COMMENT_POLICY = "open"  # where neither the page, its group nor the home page says another
COMMENT_EDIT_MINUTES = 24 * 60  # how long one may change one's own comment
COMMENT_DRAFT_DAYS = 7  # a draft on the writer's device, and a form kept while they sign in
COMMENT_FILES_MOST = 5  # documents with one comment
COMMENT_FILE_SIZE = 10 * 1024 * 1024  # bytes of one, as it is sent
COMMENT_FILES_SIZE = 25 * 1024 * 1024  # and of all of one comment, as they are stored
COMMENT_FILES_A_DAY = 100 * 1024 * 1024  # and of one member or address in a day
COMMENT_FILES_WAITING_SIZE = 1024 * 1024 * 1024  # and of all comments not sent or confirmed yet
COMMENT_IMAGE_PIXELS = 40_000_000
COMMENT_PURGE_DAYS = 30  # files of a deleted comment, or of spam; till then it can be undone
COMMENT_ORPHAN_HOURS = 48  # a file on the disk that belongs to nothing
COMMENT_THREADS_SHOWN = 20  # on one page of a discussion
COMMENT_REPLIES_SHOWN = 50  # of one thread; the rest has a page of its own
COMMENTS_SHOWN = 100  # of all threads on one page; each gets its second before one its third
COMMENT_MODERATION_MAILS = 10  # an hour to one moderator; the rest waits in the list
COMMENT_ANSWER_DAYS = 30  # how long an author may answer reports
COMMENT_REPORTS_HIDE = 3  # open reports of trusted members take a comment away until it is read
COMMENT_REPORTS_A_DAY = 10  # by one member
# Trust is earned by so many published comments, days since joining, discussions and comments
# read, with nothing taken away for so many days.
COMMENT_TRUST_COMMENTS = 3
COMMENT_TRUST_DAYS = 7
COMMENT_TRUST_PAGES = 5
COMMENT_TRUST_READ = 30
COMMENT_TRUST_MEMORY_DAYS = 90

# --- Search -----------------------------------------------------------------------------------

WAGTAILSEARCH_BACKENDS = {
    "default": environment.search_backend(
        "SEARCH_URL", VAR_DIR / "index", "postgresql" in DATABASES["default"]["ENGINE"]
    ),
}

# --- Mail -------------------------------------------------------------------------------------

# smtp://user:password@host:port, smtps://… or console:
_mail = environment.address("EMAIL_URL", "console:" if DEBUG else None)
if _mail.scheme in ("smtp", "smtps") and _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 10
elif _mail.scheme == "console":
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:
    raise BadSetting("EMAIL_URL must look like smtp://user:password@host:25 or be console:")
DEFAULT_FROM_EMAIL = environment.text("FROM_EMAIL", f"plenum@{_base.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", ASSETS_DIR]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"  # never served: documents and images go through checked views
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Safety -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    # Wagtail's back office carries inline scripts; it keeps its own protections.
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        # The page preview inside the back office shows our pages in a frame.
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = False  # Wagtail's back office reads it
CSRF_FAILURE_VIEW = "config.errors.expired_form"
# How many proxies of ours stand before the application and append to X-Forwarded-For.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)
if _base.scheme == "https":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [BASE_URL]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
