"""The function that hashes an address for the list of suppressions, with a salt of this database.

The salt is random, and a constant of the function: a query computes the hash without another read,
and a backup holds both, since without the salt no suppression could be found again.
"""

import secrets

from django.db import migrations

_FORWARD = """
CREATE FUNCTION subscribers_suppression_hash(address_hash bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(sha256('\\x{salt}'::bytea || address_hash), 'hex')
"""


def _create(apps, schema_editor):
    schema_editor.execute(_FORWARD.format(salt=secrets.token_hex(32)), params=None)


def _drop(apps, schema_editor):
    schema_editor.execute("DROP FUNCTION subscribers_suppression_hash(bytea)")


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0009_subscriber_language"),
        # It finds suppressions by the hashes of before.
        ("newsletter", "0013_cut_addresses"),
    ]
    operations = [migrations.RunPython(_create, _drop)]
