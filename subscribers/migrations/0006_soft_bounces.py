"""A reason more for a suppression: editions in a row without a delivery. No column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_secret")]
    operations = [
        migrations.AlterField(
            "suppression",
            "reason",
            models.CharField(
                max_length=12,
                choices=[
                    ("soft_bounces", "no delivery, again and again"),
                    ("hard_bounce", "hard bounce"),
                    ("complaint", "complaint"),
                    ("operator", "set by an operator"),
                ],
            ),
        ),
    ]
