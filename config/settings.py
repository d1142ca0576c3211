"""The one settings file. Every value that differs between places comes from an environment variable.

`./lotse up` sets them all for the embedded servers; see docs/operations.md for the list.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment
from config.looks import LOOKS  # noqa: F401  a setting: journal.middleware reads it

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRON = os.environ

# Set by manage.py for the few commands that need neither database nor keys.
WITHOUT_SERVICES = environment.flag(ENVIRON, "LOTSE_WITHOUT_SERVICES")
if WITHOUT_SERVICES:
    ENVIRON.setdefault("DATABASE_URL", "postgres:///none")
    ENVIRON.setdefault("REDIS_URL", "unix:///nonexistent")
    ENVIRON.setdefault("LOTSE_SECRET_KEY", "no secrets are made by a command without services")

DEBUG = environment.flag(ENVIRON, "LOTSE_DEBUG")
LOTSE_DEMO = environment.flag(ENVIRON, "LOTSE_DEMO")
LOTSE_GALLERY = environment.flag(ENVIRON, "LOTSE_GALLERY")  # shows every part of the look at /ui/gallery/
LOTSE_PUBLIC_BASE_URL = ENVIRON.get("LOTSE_PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
LOTSE_DATA = Path(ENVIRON.get("LOTSE_DATA") or BASE_DIR / ".data")
LOTSE_KEYS = {} if WITHOUT_SERVICES else environment.keys(ENVIRON)
SECRET_KEY = environment.secret(ENVIRON, "LOTSE_SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.optional_secrets(ENVIRON, "LOTSE_EARLIER_SECRET_KEY")
ALLOWED_HOSTS = environment.words(ENVIRON, "LOTSE_ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [LOTSE_PUBLIC_BASE_URL]
# How many proxies of ours stand in front: each adds the address that it sees to the end of X-Forwarded-For.
TRUSTED_PROXIES = environment.number(ENVIRON, "LOTSE_TRUSTED_PROXIES", most=10)
OVER_HTTPS = urlsplit(LOTSE_PUBLIC_BASE_URL).scheme == "https"

INSTALLED_APPS = [
    "foundation.privacy",
    "foundation.accounts",
    "foundation.journal",
    "foundation.worklist",
    "regions",
    "hotline.contacts",
    "hotline.switchboard",
    "hotline.texting",
    "triage",
    "casework.cases",
    "casework.teams",
    "casework.plans",
    "casework.assessments",
    "casework.consultations",
    "casework.reviews",
    "casework.closures",
    "casework.releases",
    "handoff.referrals",
    "reporting.figures",
    "reporting.publishing",
    "foundation.retention",  # after the rooms, whose tables its functions delete from
    "demo",
    "foundation.ui",
    "config.apps.AdministrationConfig",  # django.contrib.admin with reference data only
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",  # for its command clearsessions; the table is accounts_session
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_migrate_sql",  # makemigrations compares policies.py and sql/ with the migrations
    "django.forms",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "phonenumber_field",
]
SQL_CONFIG_MODULE = "policies"
MIDDLEWARE = [
    "config.headers.OnEveryResponse",
    "config.webhook_bypass.StraightToWebhooks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "foundation.accounts.sessions.AuthenticationMiddleware",
    "foundation.accounts.middleware.LanguageOfProfile",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.accounts.middleware.TypedTextOutlivesSession",
    "foundation.accounts.middleware.SecondFactorIsRequired",
    "foundation.journal.middleware.RefusalsAreRecorded",
    "foundation.privacy.middleware.ActingAsMiddleware",
    "foundation.journal.middleware.LooksAreRecorded",
    "foundation.accounts.middleware.TimesOfTheReader",
    "foundation.accounts.middleware.DeniedIsNotFound",
    "foundation.accounts.middleware.ProofIsAskedAgain",
    "foundation.accounts.middleware.UnreadableIsSaid",
    "foundation.accounts.middleware.TooOftenIsSaid",
    "foundation.journal.middleware.StaleIsConflict",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "foundation.ui.form_renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["foundation.accounts.templatetags.forms"],  # adds the form's owner to the token
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "foundation.ui.context_processors.navigation",
                "foundation.ui.context_processors.appearance",
                "foundation.accounts.context_processors.demonstration",
                "hotline.switchboard.context_processors.telephone",
                "hotline.contacts.context_processors.endings",
            ],
        },
    },
]

# --- database, broker, push -------------------------------------------------------------------------------------
# Connections live as long as their thread, and keep the plans of their statements: with its policies, a statement takes
# longer to plan than to run (ADR 5). A pooler between must keep sessions, or know prepared statements.
DATABASES = {
    "default": {
        **environment.database(ENVIRON),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", "5")
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
DATABASES["default"]["OPTIONS"].setdefault("application_name", ENVIRON.get("LOTSE_PROCESS", "lotse"))

REDIS_URL = environment.redis(ENVIRON)
CHANNEL_PREFIX = ENVIRON.get("LOTSE_CHANNEL_PREFIX") or "lotse"
CHANNEL_LAYERS = {
    # The pub/sub layer: the core layer lets redis-py close an idle socket after 5 s.
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    }
}
# Of each process alone; PostgreSQL holds what processes share, such as failed sign-ins (axes).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Celery -----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = environment.broker(ENVIRON)
# Requests to the provider have their own worker, so that a count or a PDF does not delay callers. A worker without
# a queue option takes from both.
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in ("celery", "telephone")}
CELERY_TASK_ROUTES = {names: {"queue": "telephone"} for names in ("switchboard.tasks.*", "texting.tasks.*")}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Detect an unreachable broker at once (otherwise after 6 s), because of the relay's lease; the relay retries itself.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0,
    "socket_connect_timeout": 3,
}
CELERY_TIMEZONE = "Europe/Berlin"
CELERY_BEAT_SCHEDULE_FILENAME = str(LOTSE_DATA / "beat-schedule")


def _every(task: str, interval: timedelta) -> dict[str, Any]:
    """A periodic task that expires before the next one."""
    return {"task": task, "schedule": interval, "options": {"expires": interval.total_seconds()}}


CELERY_BEAT_SCHEDULE = {
    "heartbeat": _every("journal.tasks.heartbeat", timedelta(seconds=10)),
    "surface-contacts": _every("hotline.tasks.surface", timedelta(minutes=1)),
    "end-contacts": _every("hotline.tasks.end_contacts", timedelta(seconds=2)),
    "send-work-mails": _every("worklist.tasks.send_mails", timedelta(minutes=1)),
    "run-steps": _every("worklist.tasks.run_steps", timedelta(seconds=20)),
    "release-work": _every("worklist.tasks.release_work", timedelta(minutes=1)),
    "watch-consent": _every("handoff.tasks.watch_consent", timedelta(seconds=20)),
    "run-queue": _every("switchboard.tasks.run_queue", timedelta(seconds=2)),
    "run-commands": _every("switchboard.tasks.run_commands", timedelta(seconds=2)),
    "send-messages": _every("texting.tasks.send_messages", timedelta(seconds=2)),
    "take-up-messages": _every("texting.tasks.take_up", timedelta(minutes=1)),
    "ask-about-calls": _every("switchboard.tasks.ask_about_calls", timedelta(seconds=5)),
    "send-links": _every("accounts.tasks.send_links", timedelta(minutes=1)),
    "expire-links-and-roles": _every("accounts.tasks.expire", timedelta(minutes=5)),
    "send-notices": _every("handoff.tasks.send_notices", timedelta(minutes=1)),
    "typeset": _every("publishing.tasks.typeset", timedelta(minutes=1)),
    "count": _every("reporting.tasks.count", timedelta(seconds=20)),
    "anchor": _every("journal.tasks.anchor", timedelta(hours=1)),
    "erase": _every("retention.tasks.erase", timedelta(minutes=10)),
    "sweep": {"task": "retention.tasks.sweep", "schedule": crontab(hour="2", minute="23")},
    "clear-sessions": {"task": "config.celery.clear_sessions", "schedule": crontab(hour="3", minute="17")},
}

# --- every page -------------------------------------------------------------------------------------------------
# What every page counts, in one statement: functions that return the rows that wait for a user. Those named after a
# URL are the counts of the top bar; the others decide whether a page has a bar of endings or of the telephone.
PAGE_COUNTS = {
    "worklist:today": "foundation.worklist.counts.due_today",
    "handoff:board": "handoff.referrals.counts.need_a_next_step",
    "handoff:inbox": "handoff.referrals.counts.to_answer",
    "triage:confirmations": "triage.counts.to_confirm",
    "publishing:releases": "reporting.publishing.counts.to_release",
    "accounts:role_proposals": "foundation.accounts.role_proposals.to_confirm",
    "retention:erasures": "foundation.retention.counts.to_be_erased",
    "retention:requests": "foundation.retention.counts.to_answer",
    "retention:agreements": "foundation.retention.counts.to_agree",
    "endings": "hotline.contacts.desk.endings_of",
    "lines": "hotline.switchboard.desk.lines_of",
    "calls": "hotline.switchboard.desk.calls_to_show",
}

# --- administration -----------------------------------------------------------------------------------------------
# Set-up steps: functions of the centre that return steps (accounts.administration.SetupStep).
SETUP_STEPS = ["hotline.switchboard.setup.steps", "foundation.accounts.administration.steps", "regions.setup.steps"]
# Functions of an organisation that return a reason not to deactivate it, if any.
ORGANISATION_IN_USE = [
    "foundation.accounts.administration.people_with_roles",
    "regions.setup.open_cases_there",
    "hotline.switchboard.setup.lines_in_use",
]

# --- figures ----------------------------------------------------------------------------------------------------
# Disclosure control of releases (docs/adr/0008): smaller figures are not shown, others rounded to a multiple of base.
DISCLOSURE = {"small": 10, "base": 10}

# --- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "foundation.accounts.adapter.ClosedAdapter"
ACCOUNT_USER_DISPLAY = "foundation.accounts.sign_in.display_name"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the person is told of each change of password, factor or address
# Seconds for which a proof of identity is good enough for a step that asks for a recent one; signing in is one.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
MFA_ADAPTER = "foundation.accounts.factor_adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "foundation.accounts.factor_forms.ShowFactorForm",
    "reauthenticate": "foundation.accounts.factor_forms.ShowFactorAgainForm",
    "activate_totp": "foundation.accounts.factor_forms.AddAppForm",
    "add_webauthn": "foundation.accounts.factor_forms.AddPasskeyForm",
    "authenticate_webauthn": "foundation.accounts.factor_forms.ShowPasskeyForm",
    "reauthenticate_webauthn": "foundation.accounts.factor_forms.ShowPasskeyAgainForm",
    "edit_webauthn": "foundation.accounts.factor_forms.NamePasskeyForm",
}
MFA_TOTP_TOLERANCE = 1  # the code before and the next one are accepted too, each once
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator has entered the address
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Lotse"
# Of each process alone, before PostgreSQL is asked. The key of a password is account and address (ClosedAdapter); that
# of a code is the account, as whoever types codes knows its password. A stranger reaches no limit by account alone.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/5m/key", "reset_password": "10/m/ip"}
# By username AND IP address: axes' default would lock a whole office after one person's mistakes.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "foundation.accounts.sign_in.attempted_email"
AXES_CLIENT_IP_CALLABLE = "foundation.accounts.client_address.client_address"
AXES_SENSITIVE_PARAMETERS = ["code", "credential", "typed"]
AXES_DISABLE_ACCESS_LOG = True  # addresses of those who got in are not needed
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "foundation.accounts.views.locked_out"
AXES_VERBOSE = False
CSRF_FAILURE_VIEW = "foundation.accounts.views.csrf_failure"

# A centre's own directory (OpenID Connect, ADR 40); empty: no such sign-in.
DIRECTORY = environment.directory(ENVIRON)

SESSION_ENGINE = "foundation.accounts.sessions"
SESSION_IDLE_SECONDS = 30 * 60  # kept by the session's expiry, which privacy.middleware renews
SESSION_RENEWED_SECONDS = 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60  # privacy.middleware ends an older session
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "lotse_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = OVER_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- journal: each hour the end of the chain of events is noted outside the database ------------------------------
ANCHOR_FILE = Path(ENVIRON.get("LOTSE_ANCHOR_FILE") or LOTSE_DATA / "anchors")
#: The ledger of erasures: a restored backup is erased again from it.
ERASURES_FILE = Path(ENVIRON.get("LOTSE_ERASURES_FILE") or LOTSE_DATA / "erasures")
#: Functions that are called before a restored backup is erased again: what they count would be lost.
BEFORE_ERASING_AGAIN = ["reporting.figures.tasks.count"]
ANCHOR_EMAIL = ENVIRON.get("LOTSE_ANCHOR_EMAIL", "")  # who gets each anchor by e-mail too; nobody if unset

# --- telephone: without an account the platform runs and shows that no telephone is connected --------------------
TELEPHONY = environment.telephony(ENVIRON, LOTSE_PUBLIC_BASE_URL)

# --- web --------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if OVER_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OVER_HTTPS else None
SECURE_HSTS_INCLUDE_SUBDOMAINS = OVER_HTTPS
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = OVER_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked on the machine itself, without the proxy
# The preload list of browsers is for the owner of the domain to decide: nobody gets off it within months.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
X_FRAME_OPTIONS = "DENY"
# A browser phone connects to the provider directly; allowed only if a key for it is set.
SOFTPHONE_HOSTS = ["https://*.twilio.com", "wss://*.twilio.com"] if TELEPHONY["api_key"] else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        # 'self' covers ws: and wss: to the same host in today's browsers (CSP level 3).
        "connect-src": [SELF, *SOFTPHONE_HOSTS],
        "media-src": [SELF, *SOFTPHONE_HOSTS],  # voicemails
        "manifest-src": [SELF],
        # Browsers ask it for where a form is redirected to as well.
        "form-action": [SELF, *DIRECTORY.get("origins", [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
STATIC_URL = "static/"
# With LOTSE_STATIC_ROOT: names with a hash, compressed, made by collectstatic. Without: straight from the checkout.
STATIC_ROOT = ENVIRON.get("LOTSE_STATIC_ROOT") or None
STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if STATIC_ROOT
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
# Files that WhiteNoise's table lacks are sent as application/octet-stream, which the provider does not play (12300)
# and browsers do not use, because of nosniff.
WHITENOISE_MIMETYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".csv": "text/csv",
    ".flac": "audio/flac",
    ".gsm": "audio/gsm",
    ".map": "application/json",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".ulaw": "audio/ulaw",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".wave": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".xsl": "text/xsl",
    ".xslt": "application/xslt+xml",
}

# --- mail: notices contain no content ----------------------------------------------------------------------------
# If LOTSE_EMAIL_URL is unset, mails are written to a directory beside the data.
MAIL = environment.mail(ENVIRON)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL['host'] else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = LOTSE_DATA / "mail"
EMAIL_HOST = MAIL["host"]
EMAIL_PORT = MAIL["port"]
EMAIL_USE_TLS = MAIL["tls"]
EMAIL_HOST_USER = MAIL["user"]
EMAIL_HOST_PASSWORD = MAIL["password"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRON.get("LOTSE_EMAIL_FROM") or "lotse@localhost"

# --- language and time ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("de", _("German"))]
# The texts of packages that are no apps; each app has its own.
LOCALE_PATHS = [BASE_DIR / "config" / "locale", BASE_DIR / "hotline" / "telephony" / "locale"]
FORMAT_MODULE_PATH = ["foundation.ui.formats"]  # English dates as written in Europe
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
PHONENUMBER_DB_FORMAT = "E164"

# --- logs: ids only, never texts or personal data ------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": [], "propagate": True},
        "uvicorn.access": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "fido2": {"level": "WARNING"},  # it would log the ids of passkeys
        "httpx": {"level": "WARNING"},
        "twilio.http_client": {"level": "WARNING"},
    },
}
