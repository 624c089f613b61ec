"""Note each transaction that changes what pages show, so that no writer can forget it."""

import django.db.models.functions.datetime
from django.db import migrations, models

# What the statement changed is read from the counters of the transaction: no row is visited, and a
# statement that finds nothing to change (each tick has some) does not make all pages old. Without
# the counters each statement counts. The key is the transaction's own: no writer waits for another.
FUNCTION = """
CREATE FUNCTION papers_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' OR current_setting('track_counts') <> 'on'
     OR pg_stat_get_xact_tuples_inserted(TG_RELID) + pg_stat_get_xact_tuples_updated(TG_RELID)
        + pg_stat_get_xact_tuples_deleted(TG_RELID) > 0
  THEN
    INSERT INTO papers_pagechange (transaction_id, at)
    VALUES (pg_current_xact_id()::text::bigint, now()) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
"""
TABLES = (
    "curator", "listing", "paper", "papertopic", "rawrecord",
    "searchentry", "searchword", "signal", "topic", "trend",
    "writtensummary",
)  # fmt: skip


def triggers(*tables: str) -> str:
    return "".join(
        f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION papers_note_change();\n"
        for table in tables
    )


def no_triggers(*tables: str) -> str:
    return "".join(f"DROP TRIGGER note_change ON {table};\n" for table in tables)


_tables = [f"papers_{table}" for table in TABLES]


class Migration(migrations.Migration):
    dependencies = [("papers", "0024_share_card")]
    operations = [
        migrations.CreateModel(
            name="PageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("transaction_id", models.BigIntegerField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="When the transaction began.",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("transaction_id", "at"), name="page_change_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            FUNCTION + triggers(*_tables),
            no_triggers(*_tables) + "DROP FUNCTION papers_note_change();",
        ),
    ]
