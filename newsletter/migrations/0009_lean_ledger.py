"""The ledger loses the columns that 0008 has copied, and an index that each claim had to change."""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

COPY = import_module("newsletter.migrations.0008_copy_contents").COPY

# Pages that exist keep their rows; new ones leave half of their space to later row versions.
ROOM = """
DO $$ DECLARE part regclass; BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits
               WHERE inhparent = 'newsletter_delivery'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', part);
  END LOOP;
END $$
"""
NO_ROOM = ROOM.replace("SET (fillfactor = 50)", "RESET (fillfactor)")


# Since 0008 a worker that still runs may have marked deliveries; until the end no other can.
COPY_NEWER = (
    "LOCK TABLE newsletter_delivery IN ACCESS EXCLUSIVE MODE;"
    + COPY.rstrip()
    + " ON CONFLICT (delivery_id, edition_id) DO NOTHING"
)


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0008_copy_contents")]
    operations = [
        migrations.RunSQL(COPY_NEWER, migrations.RunSQL.noop),
        migrations.RemoveField("delivery", "picks"),
        migrations.RemoveField("delivery", "renderer"),
        migrations.RemoveField("delivery", "key_id"),
        migrations.RemoveField("delivery", "dated_at"),
        migrations.RemoveIndex("delivery", "delivery_leased"),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["id"], condition=Q(state="sending"), name="delivery_sending"),
        ),
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
