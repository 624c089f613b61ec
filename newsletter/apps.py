from anymail.signals import tracking
from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "Newsletter"

    def ready(self) -> None:
        # Only now may models be imported, and the receiver needs them.
        from newsletter.receivers import take_in  # noqa: PLC0415

        tracking.connect(take_in, dispatch_uid="newsletter.take_in")
