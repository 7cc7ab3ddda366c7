"""Every setting, read from the environment once; refuses to start production without its secrets.

A fresh clone needs no environment: without one it runs in debug, on SQLite, on this machine only.
The makerspace's own policy (hours, plans, limits) is never here: it is rows in the database.
"""

import hashlib
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEMO = env.bool("DEMO", default=False)
TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default="SECRET_KEY" not in env)


def secret(name: str) -> str:
    """A secret from the environment; in debug one that is stable and worthless."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not DEBUG:
        raise ImproperlyConfigured(f"{name} is not set. `./run manage new_secrets` prints a set.")
    return hashlib.sha256(f"not-secret-{name}".encode()).hexdigest()


SECRET_KEY = secret("SECRET_KEY")
BADGE_PEPPER = secret("BADGE_PEPPER")  # HMAC key: badge number -> look-up value
BADGE_KEY = secret("BADGE_KEY")  # 32 bytes hex, AES-GCM: badge number -> sealed, for offline lists

BASE_URL = env.str("BASE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ORGANISATION = env.str("ORGANISATION", default="Benchkey")

# --- rooms, from the left of the stairs to the right -------------------------------------------
INSTALLED_APPS = [
    "notices",
    "members",
    "equipment",
    "bookings",
    "training",
    "access",
    "calendars",
    "desk",
    *(["demo"] if DEMO else []),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_q",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]
AUTH_USER_MODEL = "members.Member"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "members.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "desk.context.shell",
            ],
            "builtins": ["desk.templatetags.icons"],
        },
    },
]

# --- database: SQLite on one machine, PostgreSQL when it is outgrown ---------------------------
VAR.mkdir(exist_ok=True)
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'benchkey.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # Every transaction takes the write lock at its start, so that a booking's checks and its
        # insert see one state; WAL lets readers go on meanwhile.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,  # seconds; shorter than the gatekeeper's MQTT keepalive of 15
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
            "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
        ),
    }
DATABASES["default"]["CONN_MAX_AGE"] = 0 if TESTING else 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["members.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "members.forms.SignupForm",
    "change_password": "members.forms.ChangePasswordForm",
    "reset_password_from_key": "members.forms.NewPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
if DEMO:  # everyone in the demo signs in from one address
    ACCOUNT_RATE_LIMITS = False
USERSESSIONS_TRACK_ACTIVITY = False
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = ORGANISATION
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Roles count only once a passkey or a code was shown. Everybody in the demo has a known password.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not (DEMO or TESTING))

# --- the wire ----------------------------------------------------------------------------------
BROKER_URL = env.str("BROKER_URL", default="mqtt://127.0.0.1:1883")
BROKER_ADMIN = env.str("BROKER_ADMIN", default="")  # access/broker/backends.py says what it may be
DEVICE_BROKER_URL = env.str("DEVICE_BROKER_URL", default="")

# --- worker ------------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "benchkey",
    "orm": "default",
    "workers": 1,
    "timeout": 60,
    "retry": 120,  # must exceed timeout, or a slow job runs twice at once
    "max_attempts": 5,
    "catch_up": False,
    "save_limit": 500,
    "poll": 1,
    "bulk": 10,
}

# --- what is counted for a while: sign-ins, and how often a calendar address is asked -------------
# In memory each web process counts for itself; with redis:// they count together.
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://?max_entries=20000")}

# --- messages ----------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="consolemail://"))
# Seconds for each step of talking to the mail server; notices/transport.py bounds the whole round.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="Benchkey <benchkey@localhost>")

# --- language and time: UTC inside, the space's zone at the edges -------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
if not DEBUG and not TESTING:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING

# --- files people add: never served by address, only by views that ask who looks ---------------
MEDIA_ROOT = env.path("FILES", default=str(VAR / "files"))
FILE_UPLOAD_HANDLERS = [
    "equipment.uploads.BoundedUploadHandler",  # before the two that keep what comes
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- the browser is told to be strict ----------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https")
    SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https") else 0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {name} {levelname} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
