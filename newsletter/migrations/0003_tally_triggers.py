"""Counters that cannot be wrong: whatever changes deliveries, a trigger moves the tallies along."""

from django.db import migrations

# One statement, however many rows it touched: what it took away and what it added, by counter.
# The slot is the connection's, so that two workers hardly ever meet on one row; counters are
# taken in one order, so that they never wait for each other in a circle.
CREATE = """
CREATE FUNCTION newsletter_tally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO newsletter_tally AS tally (edition_id, slot, state, reason, count, changed_at)
    SELECT edition_id, pg_backend_pid() % 16, state,
           CASE WHEN state IN ('skipped', 'failed') THEN reason ELSE '' END, count(*), now()
      FROM added GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
    ON CONFLICT (edition_id, state, reason, slot)
    DO UPDATE SET count = tally.count + excluded.count, changed_at = excluded.changed_at;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO newsletter_tally AS tally (edition_id, slot, state, reason, count, changed_at)
    SELECT edition_id, pg_backend_pid() % 16, state,
           CASE WHEN state IN ('skipped', 'failed') THEN reason ELSE '' END, -count(*), now()
      FROM removed GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
    ON CONFLICT (edition_id, state, reason, slot)
    DO UPDATE SET count = tally.count + excluded.count, changed_at = excluded.changed_at;
  ELSE
    INSERT INTO newsletter_tally AS tally (edition_id, slot, state, reason, count, changed_at)
    SELECT edition_id, pg_backend_pid() % 16, state,
           CASE WHEN state IN ('skipped', 'failed') THEN reason ELSE '' END, sum(n), now()
      FROM (SELECT edition_id, state, reason, -1 AS n FROM removed
            UNION ALL
            SELECT edition_id, state, reason, 1 FROM added) AS moved
     GROUP BY 1, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 3, 4
    ON CONFLICT (edition_id, state, reason, slot)
    DO UPDATE SET count = tally.count + excluded.count, changed_at = excluded.changed_at;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tally_added AFTER INSERT ON newsletter_delivery
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION newsletter_tally();
CREATE TRIGGER tally_removed AFTER DELETE ON newsletter_delivery
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION newsletter_tally();
CREATE TRIGGER tally_moved AFTER UPDATE ON newsletter_delivery
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION newsletter_tally();
INSERT INTO newsletter_tally (edition_id, slot, state, reason, count, changed_at)
SELECT edition_id, 0, state,
       CASE WHEN state IN ('skipped', 'failed') THEN reason ELSE '' END, count(*), now()
  FROM newsletter_delivery GROUP BY 1, 3, 4;
"""

DROP = """
DROP TRIGGER tally_added ON newsletter_delivery;
DROP TRIGGER tally_removed ON newsletter_delivery;
DROP TRIGGER tally_moved ON newsletter_delivery;
DROP FUNCTION newsletter_tally();
DELETE FROM newsletter_tally;
"""


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0002_pause_and_tallies")]
    operations = [migrations.RunSQL(CREATE, DROP)]
