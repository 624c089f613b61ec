"""The admin calls a provider's event "event". State only: no SQL runs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0009_lean_ledger")]

    operations = [
        migrations.AlterModelOptions(
            name="deliveryevent", options={"ordering": ["-id"], "verbose_name": "event"}
        ),
    ]
