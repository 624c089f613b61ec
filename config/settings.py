"""The one settings file. Every value comes from the environment; docs/settings.md lists them.

LOCAL means a laptop: embedded servers, a generated secret key, a mailbox in the browser. It is
the default when no DATABASE_URL is given.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import admin_theme, redis_url
from config.environment import Environment
from config.postgresql import url as database_url
from config.server.limits import LARGEST
from config.values.secret_keys import read_fallbacks
from config.values.site import read_site_url
from local import servers
from local.secret_key import local_secret
from mail.addresses import (
    ascii_host,
    ascii_url,
    split_address,
    split_addresses,
    with_ascii_domain,
    with_ascii_domains,
)
from mail.ehlo import ehlo_name
from mail.headers import ascii_list_id, sender_id
from mail.providers import anymail_settings, backend_of, json_object

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")  # variables of the environment take precedence

# ── where this runs ──────────────────────────────────────────────────────────
LOCAL = env.bool("LOCAL", default="DATABASE_URL" not in env)
LOCAL_IS_GIVEN = "LOCAL" in env  # the checks ask for it where it is guessed
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
SITE_URL = read_site_url(
    ascii_url("SITE_URL", env.str("SITE_URL", default="http://localhost:8000").rstrip("/"))
)
_site = urlsplit(SITE_URL)
_host = _site.hostname or ""
SITE_HOST = f"[{_host}]" if ":" in _host else _host  # as a Host header has it
if not LOCAL and not ("DATABASE_URL" in env and "REDIS_URL" in env):
    raise ImproperlyConfigured(
        "Set DATABASE_URL and REDIS_URL: servers are embedded on a laptop only (LOCAL=true)."
    )
HTTPS = _site.scheme == "https"
_hosts = env.list(
    "ALLOWED_HOSTS",
    default=[SITE_HOST, *(["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])],
)
ALLOWED_HOSTS = [ascii_host(host) for host in _hosts]  # browsers ask for the host in punycode
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECRET_KEY = env.str("SECRET_KEY", default="") or (local_secret(VAR_DIR) if LOCAL else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to 50 or more random characters and keep it secret.")
SECRET_KEY_FALLBACKS = read_fallbacks(env.str("SECRET_KEY_FALLBACKS", default=""))

# ── stores ───────────────────────────────────────────────────────────────────
# How long, in seconds, pages and tasks wait for PostgreSQL (config/postgresql/limits.py).
DATABASE_CONNECT_SECONDS = env.int("DATABASE_CONNECT_SECONDS", default=3)
DATABASE_STATEMENT_SECONDS = env.float("DATABASE_STATEMENT_SECONDS", default=10.0)
DATABASE_LOCK_SECONDS = env.float("DATABASE_LOCK_SECONDS", default=5.0)
DATABASE_WORKER_STATEMENT_SECONDS = env.float("DATABASE_WORKER_STATEMENT_SECONDS", default=200.0)
DATABASE_WORKER_LOCK_SECONDS = env.float("DATABASE_WORKER_LOCK_SECONDS", default=120.0)
DATABASE_IDLE_SECONDS = env.float("DATABASE_IDLE_SECONDS", default=30.0)
DATABASE_POOLED = env.bool("DATABASE_POOLED", default=False)
_database_url = env.str("DATABASE_URL", default=servers.database_url(VAR_DIR))
DATABASES: dict[str, Any] = {"default": database_url.parse(_database_url)}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", DATABASE_CONNECT_SECONDS)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = redis_url.parse(env.str("REDIS_URL", default=servers.redis_url(VAR_DIR)))
REDIS_URL = _redis.for_redis
# Both servers are the embedded ones: only they may hold sample readers.
EMBEDDED = (_database_url, REDIS_URL) == (
    servers.database_url(VAR_DIR),
    servers.redis_url(VAR_DIR),
)
REDIS_PREFIX = env.str("REDIS_PREFIX", default="trending:")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
        # redis-py's default is five seconds too, but it has changed before.
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 5},
    }
}
RATE_LIMIT_STORAGE = _redis.for_limits
# Whole public pages: megabytes in each web process (0: none are kept), and how many seconds old the
# version of the data may be that they are compared with. docs/decisions/0024-page-cache.md
PAGE_CACHE_MB = env.float("PAGE_CACHE_MB", default=0.0 if DEBUG else 32.0)
PAGE_VERSION_SECONDS = env.float("PAGE_VERSION_SECONDS", default=1.0)

# ── the application ──────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "config.apps.SiteConfig",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "csp",
    "anymail",
    "papers",
    "subscribers",
    "newsletter",
    "local",
]
MIDDLEWARE = [
    "config.health.middleware.HealthMiddleware",
    "config.logs.RouteMiddleware",
    "config.health.unavailable.UnavailableMiddleware",
    "config.proxy.ClientAddressMiddleware",
    "config.page_cache.PageCacheMiddleware",
    "web.languages.LanguageMiddleware",
    "config.server.body_limit.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.csp.SitePolicyMiddleware",
    "config.api.middleware.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.paginator.MissingPageMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.context.site",
            ]
        },
    }
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each in its own words
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]

# ── static files ─────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Browsers and phones ask for these by fixed names: /favicon.ico, /apple-touch-icon.png …
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
WHITENOISE_USE_FINDERS = LOCAL  # a laptop serves the sources; production what collectstatic wrote
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# ── security ─────────────────────────────────────────────────────────────────
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
PROXY_COUNT = env.int("PROXY_COUNT", default=1)  # how many proxies of ours each request passes
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# URLs hold tokens: no page may send its URL to another site as Referer.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# config/server/limits.py has the limit of each path; this is the largest of them. Without a handler
# a file in a form is skipped; pages that take one keep it in memory (pages/named_papers/pasted.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST
FILE_UPLOAD_HANDLERS: list[str] = []

# ── tasks ────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = _redis.for_celery
TICK_SECONDS = env.float("TICK_SECONDS", default=60.0)

# ── mail ─────────────────────────────────────────────────────────────────────
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="smtp")
EMAIL_BACKEND = backend_of(MAIL_PROVIDER)
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
# For a mail server whose certificate no public CA has signed.
EMAIL_SSL_CA_FILE = env.str("EMAIL_SSL_CA_FILE", default="")
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=30.0)
SEND_THREADS = env.int("SEND_THREADS", default=8)  # for providers with one mail a request
SMTP_CONNECTIONS = env.int("SMTP_CONNECTIONS", default=8)  # of each sending process
SMTP_MAILS_PER_CONNECTION = env.int("SMTP_MAILS_PER_CONNECTION", default=500)
# ANYMAIL_POSTMARK_SERVER_TOKEN in the environment is POSTMARK_SERVER_TOKEN for django-anymail.
ANYMAIL = anymail_settings(env.ENVIRON)
MAIL_FROM = with_ascii_domain(
    env.str("MAIL_FROM", default=f"Trending Papers <digest@{_site.hostname}>")
)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
# Mails that one person asked for may have another sender (empty: MAIL_FROM) and another stream.
TRANSACTIONAL_FROM = with_ascii_domain(env.str("TRANSACTIONAL_FROM", default=""))
MESSAGE_STREAM = env.str("MESSAGE_STREAM", default="")
TRANSACTIONAL_MESSAGE_STREAM = env.str("TRANSACTIONAL_MESSAGE_STREAM", default="")
ESP_EXTRA = json_object("ESP_EXTRA", env.str("ESP_EXTRA", default=""))
TRANSACTIONAL_ESP_EXTRA = json_object(
    "TRANSACTIONAL_ESP_EXTRA", env.str("TRANSACTIONAL_ESP_EXTRA", default="")
)
MAIL_REPLY_TO = with_ascii_domains(env.str("MAIL_REPLY_TO", default=""))
SUBJECT_PATTERN = env.str("SUBJECT_PATTERN", default="")
FORMER_MAIL_PROVIDERS = env.list("FORMER_MAIL_PROVIDERS", default=[])
SNS_TOPIC_ARNS = env.list("SNS_TOPIC_ARNS", default=[])
INBOUND_ADDRESS = with_ascii_domain(env.str("INBOUND_ADDRESS", default=""))
INBOUND_BYTES = env.int("INBOUND_BYTES", default=1_000_000)  # of one mail that are read
INBOUND_DAYS = env.int("INBOUND_DAYS", default=30)  # for which its row is kept
# To which address mail returns that cannot be delivered: verp, plain or from.
RETURN_PATH = env.str("RETURN_PATH", default="verp" if MAIL_PROVIDER == "smtp" else "from")
# A mailbox that is read each minute: imaps://user:password@imap.example.org/INBOX
INBOUND_IMAP_URL = env.str("INBOUND_IMAP_URL", default="")
# Which provider posts mail that arrived at it; not always the one that sends.
INBOUND_PROVIDER = env.str("INBOUND_PROVIDER", default=MAIL_PROVIDER)
INBOUND_DONE_FOLDER = env.str("INBOUND_DONE_FOLDER", default="")  # where its mail goes then
MAIL_DOMAIN = split_address(MAIL_FROM)[1].rpartition("@")[2]
FEEDBACK_SENDER_ID = env.str("FEEDBACK_SENDER_ID", default="") or sender_id(MAIL_DOMAIN)
# Signing by this service, for mail servers that do not sign: over SMTP only.
DKIM_DOMAIN = env.str("DKIM_DOMAIN", default="")
DKIM_SELECTOR = env.str("DKIM_SELECTOR", default="")
DKIM_PRIVATE_KEY = env.str("DKIM_PRIVATE_KEY", default="")
DKIM_PRIVATE_KEY_FILE = env.str("DKIM_PRIVATE_KEY_FILE", default="")
# What this machine calls itself to a mail server: many take no mail under a name without a dot.
EHLO_NAME = env.str("EHLO_NAME", default=ehlo_name(_site.hostname, MAIL_DOMAIN))
LIST_ID = ascii_list_id(env.str("LIST_ID", default=f"Trending Papers <digest.{MAIL_DOMAIN}>"))
POSTAL_ADDRESS = env.str("POSTAL_ADDRESS", default="")
# Whom readers of the site ask: in the foot of each page and on the page about privacy.
_reply_to = split_address(split_addresses(MAIL_REPLY_TO)[0])[1] if MAIL_REPLY_TO else ""
CONTACT_EMAIL = with_ascii_domain(env.str("CONTACT_EMAIL", default=_reply_to))
CONTACT_URL = env.str("CONTACT_URL", default="")
CODE_URL = env.str("CODE_URL", default="")  # where the code of this installation can be read
# Where `make run` stores all mail. When set, /mailbox/ shows it, and sample readers get mail.
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")

# ── where papers come from ───────────────────────────────────────────────────
# The live sources that are on: hugging_face, arxiv, semantic_scholar, github.
SOURCES = env.list("SOURCES", default=[])
# Services ask their clients for a contact, and slow down those that give none.
CONTACT = with_ascii_domain(
    env.str("CONTACT", default=split_address(split_addresses(MAIL_REPLY_TO or MAIL_FROM)[0])[1])
)
HUGGING_FACE_URL = env.str("HUGGING_FACE_URL", default="https://huggingface.co")
HUGGING_FACE_TOKEN = env.str("HUGGING_FACE_TOKEN", default="")
SEMANTIC_SCHOLAR_URL = env.str("SEMANTIC_SCHOLAR_URL", default="https://api.semanticscholar.org")
SEMANTIC_SCHOLAR_KEY = env.str("SEMANTIC_SCHOLAR_KEY", default="")
GITHUB_URL = env.str("GITHUB_URL", default="https://api.github.com")
GITHUB_TOKEN = env.str("GITHUB_TOKEN", default="")
ARXIV_URL = env.str("ARXIV_URL", default="https://export.arxiv.org")
ARXIV_FEED_URL = env.str("ARXIV_FEED_URL", default="https://rss.arxiv.org")
ARXIV_AUTHOR_URL = env.str("ARXIV_AUTHOR_URL", default="https://arxiv.org")
ARXIV_REST_SECONDS = env.float("ARXIV_REST_SECONDS", default=3.1)
# All papers announced in these are ingested; none: only papers that other sources list.
ARXIV_CATEGORIES = env.list("ARXIV_CATEGORIES", default=[])
# Where the works of a reader's ORCID iD are looked up; empty: nowhere.
ORCID_API_URL = env.str("ORCID_API_URL", default="https://pub.orcid.org")
# Papers that a reader likes, at most, and how many unknown ones are looked up in an hour in all.
SEEDS_PER_READER = env.int("SEEDS_PER_READER", default=200)
SEED_LOOKUPS_PER_HOUR = env.int("SEED_LOOKUPS_PER_HOUR", default=3000)
# A language model that writes short summaries: any address of an OpenAI-compatible API.
SUMMARY_API_URL = env.str("SUMMARY_API_URL", default="")
SUMMARY_API_KEY = env.str("SUMMARY_API_KEY", default="")
SUMMARY_MODEL = env.str("SUMMARY_MODEL", default="")
SUMMARIES_PER_RUN = env.int("SUMMARIES_PER_RUN", default=20)
# What turns a paper's text into numbers: a folder with model.onnx and tokenizer.json; empty: the
# model of the installed packages; "none": none, papers are compared by their words alone.
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", default="").strip()
BACKFILL_DAYS = env.int("BACKFILL_DAYS", default=14)
RAW_RETENTION_DAYS = env.int("RAW_RETENTION_DAYS", default=30)
RUN_RETENTION_DAYS = env.int("RUN_RETENTION_DAYS", default=90)

# ── the digest ───────────────────────────────────────────────────────────────
# For how many minutes, at most, an edition waits after its close until its sources were read.
OWN_VOTES_WEIGHT = env.float("OWN_VOTES_WEIGHT", default=0.1)  # in the common trend; 0: none
EDITION_PATIENCE = env.int("EDITION_PATIENCE", default=180)
WELCOME_DIGEST = env.bool("WELCOME_DIGEST", default=True)  # a first digest right after confirming
GOODBYE_MAIL = env.bool("GOODBYE_MAIL", default=True)  # a mail after an unsubscription
INTERLEAVE = env.str("INTERLEAVE", default="")  # a ranking to compare with the ordinary one
DIGEST_MINIMUM = env.int("DIGEST_MINIMUM", default=2)  # fewer new papers: skipped, with a reason
BURST_SIZE = env.int("BURST_SIZE", default=50)
# What each sending process has begun, for when it is killed: on a disk of this machine.
JOURNAL_DIR = env.str("JOURNAL_DIR", default=str(VAR_DIR / "journal"))
LEASE_SECONDS = env.int("LEASE_SECONDS", default=300)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=6)
# Mails a second, overall and by recipient domain; 0 is no limit.
SEND_RATE = env.float("SEND_RATE", default=0.0)
DOMAIN_RATES = env.list("DOMAIN_RATES", default=[])
# Whether domains behind one mail exchanger are paced together; that asks the DNS for each domain.
PACE_BY_SITE = env.bool("PACE_BY_SITE", default=not LOCAL)
# A new sender's ramp: mails on the first day, the factor from day to day, and the cap.
WARM_UP_FROM = env.str("WARM_UP_FROM", default="")
WARM_UP_START = env.int("WARM_UP_START", default=500)
WARM_UP_GROWTH = env.float("WARM_UP_GROWTH", default=1.5)
WARM_UP_CAP = env.int("WARM_UP_CAP", default=100_000)
PAUSE_AT_FAILED_SHARE = env.float("PAUSE_AT_FAILED_SHARE", default=0.05)
PAUSE_AT_COMPLAINT_SHARE = env.float("PAUSE_AT_COMPLAINT_SHARE", default=0.001)
# Editions in a row without a delivery, until an address gets no more mail; 0: never.
SOFT_BOUNCE_EDITIONS = env.int("SOFT_BOUNCE_EDITIONS", default=5)
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=90)  # events of providers
UNCERTAIN_POLICY = env.str("UNCERTAIN_POLICY", default="hold")
# Then a delivery is archived: it cannot be shown again; that it was sent, and when, is kept.
LEDGER_RETENTION_DAYS = env.int("LEDGER_RETENTION_DAYS", default=400)
CONFIRM_DAYS = env.int("CONFIRM_DAYS", default=2)
UNCONFIRMED_DAYS = env.int("UNCONFIRMED_DAYS", default=30)  # then such a sign-up is deleted
SIGN_UP_RATE = env.str("SIGN_UP_RATE", default="30/hour")  # from one network; Redis counts
# Confirmations above these rates are sent later: to one mail domain, and in all.
SIGN_UP_RATE_DOMAIN = env.str("SIGN_UP_RATE_DOMAIN", default="100/hour")
SIGN_UP_RATE_SITE = env.str("SIGN_UP_RATE_SITE", default="1000/hour")

# ── the API ──────────────────────────────────────────────────────────────────
API_RATE = env.str("API_RATE", default="500/5 minutes")  # from one network, as Hugging Face does

# A client that sends it may read /metrics; empty: there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
UNFOLD = admin_theme.UNFOLD
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(
        f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {LOG_LEVEL!r}."
    )
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        "tokens": {"()": "config.logs.TokenFilter"},
        "addresses": {"()": "config.logs.AddressFilter"},
        "refusals": {"()": "config.logs.RefusalFilter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["tokens", "refusals", "addresses"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django's own handlers would print a second line, with the URL in it.
    # httpx2 would print whole addresses of requests, with keys in their parameters.
    "loggers": {
        "django": {"handlers": []},
        "httpx2": {"level": "WARNING"},
        "imapclient": {"level": "WARNING"},
    },
}
