from importlib import import_module

from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "Newsletter"

    def ready(self) -> None:
        # Imported by name: models may be imported only now, and these need them.
        import_module("newsletter.checks")  # registers them
        tasks = import_module("newsletter.tasks")
        import_module("newsletter.events.receive").connect(tasks.enqueue_events)
        import_module("newsletter.inbound.webhook").connect()
        welcome = import_module("newsletter.delivery.queueing.welcome")
        import_module("subscribers.single_mails.welcome").connect(welcome.can_greet)
