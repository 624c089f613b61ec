from django.db import migrations, models


class Migration(migrations.Migration):
    """Three more kinds of single mails. The column itself stays as it is."""

    dependencies = [
        ("subscribers", "0019_name_of_seed_requests"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transactionalmail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("confirm", "confirm your address"),
                    ("manage", "you are subscribed already"),
                    ("link", "a new link to the preferences"),
                    ("address", "confirm your new address"),
                    ("in_use", "the new address gets a digest already"),
                    ("moved", "your digest goes to another address"),
                    ("welcome", "welcome, and when the first digest comes"),
                    ("goodbye", "you are unsubscribed"),
                    ("paused", "your digest is paused"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="transactionalmail",
            name="draft",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Choices typed with the address, which the confirmation page shows filled in; or what the mail is about.",
            ),
        ),
    ]
