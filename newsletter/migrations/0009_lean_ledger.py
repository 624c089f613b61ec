"""The ledger loses the columns that 0008 has copied, and an index that each claim had to change."""

from django.db import migrations, models
from django.db.models import Q

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


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0008_copy_contents")]
    operations = [
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
