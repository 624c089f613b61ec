"""Salt the hashes of the suppressions that are stored. Those of before cannot be computed again."""

from django.db import migrations
from django.db.migrations.exceptions import IrreversibleError

_FORWARD = """
UPDATE subscribers_suppression
   SET address_hash = subscribers_suppression_hash(decode(address_hash, 'hex'))
 WHERE address_hash ~ '^[0-9a-f]{64}$'
"""


def _salt(apps, schema_editor):
    schema_editor.execute(_FORWARD, params=None)


def _refuse(apps, schema_editor):
    """Nobody may get mail again because of a migration."""
    if apps.get_model("subscribers", "Suppression").objects.exists():
        raise IrreversibleError("The hashes of suppressions cannot be computed without their salt.")


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0010_suppression_hash")]
    operations = [migrations.RunPython(_salt, _refuse)]
