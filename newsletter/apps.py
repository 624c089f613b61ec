from anymail.signals import tracking
from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "Newsletter"

    def ready(self) -> None:
        # Only now may models be imported, and the receiver needs them.
        from newsletter.events.receive import store_event  # noqa: PLC0415

        tracking.connect(store_event, dispatch_uid="newsletter.take_in")
