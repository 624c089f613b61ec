"""django-newsletter: one submission of one message to so many subscribers.

As its manual sets it up, without delays between mails, on PostgreSQL, with its own templates.
It sends the same mail to all, opens a connection for each, and records no outcome.
"""

from __future__ import annotations

from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

APP = "newsletter"  # its own app: ours is not installed here


class Sender:
    """One process, as `manage.py submit_newsletter` is one."""

    def __init__(self, order: dict[str, Any]) -> None:
        _set_up(order)
        call_command("migrate", verbosity=0)
        self._message = self._written(order["articles"])
        self._submission: Any = None
        self._subscribe(1)
        self.mail_bytes = self._weigh()

    def prepare(self, mails: int) -> None:
        """A submission to so many, before the clock runs."""
        self._subscribe(mails)
        self._submission = _model("Submission").from_message(self._message)

    def send(self, mails: int) -> None:
        self._submission.submit()

    def _written(self, articles: list[dict[str, str]]) -> Any:
        newsletter = _model("Newsletter").objects.create(
            title="Trending Papers", slug="papers", email="digest@bench.test", sender="Bench"
        )
        message = _model("Message").objects.create(
            title="This week", slug="this-week", newsletter=newsletter
        )
        for place, article in enumerate(articles):
            _model("Article").objects.create(post=message, sortorder=place, **article)
        return message

    def _subscribe(self, readers: int) -> None:
        subscription = _model("Subscription")
        subscription.objects.all().delete()
        subscription.objects.bulk_create(
            subscription(
                newsletter=self._message.newsletter,
                email_field=f"reader{number}@gmail.test",
                subscribed=True,
            )
            for number in range(readers)
        )

    def _weigh(self) -> int:
        submission = _model("Submission").from_message(self._message)
        mail = submission.get_message(_model("Subscription").objects.get())
        return len(mail.message().as_bytes())


def _model(name: str) -> Any:
    return apps.get_model(APP, name)


def _set_up(order: dict[str, Any]) -> None:
    settings.configure(
        SECRET_KEY="of no use",  # noqa: S106 (nothing is signed)
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sites",
            "sorl.thumbnail",
            APP,
        ],
        SITE_ID=1,
        ROOT_URLCONF=f"{APP}.urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **order["database"]}},
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        NEWSLETTER_THUMBNAIL="sorl-thumbnail",
        NEWSLETTER_USE_HTTPS=True,
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=order["port"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
