"""A table for what a digest says, so that the ledger's row stays small.

The ledger's row is written anew with each change of state. The papers and reasons of a digest
never change after its first attempt, so they are written once, here. Both tables are partitioned
by the same hundreds of editions and leave together.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TABLE = """
CREATE TABLE newsletter_digestcontent (
  delivery_id bigint NOT NULL,
  edition_id bigint NOT NULL,
  dated_at timestamptz NOT NULL,
  papers bigint[] NOT NULL,
  positions smallint[] NOT NULL,
  reasons text[] NOT NULL,
  renderer varchar(20) NOT NULL,
  key_id varchar(8) NOT NULL,
  PRIMARY KEY (delivery_id, edition_id)
) PARTITION BY RANGE (edition_id);
"""

# As in 0005, for each of the two tables. The ledger's pages keep half of their space free: there a
# claim writes its version of a row beside the row, without an entry in any index.
PARTITIONS = """
CREATE FUNCTION newsletter_partition_of(parent text, edition_id bigint, options text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  first bigint := edition_id / 100 * 100;
  name text := parent || '_' || lpad(first::text, greatest(6, length(first::text)), '0');
BEGIN
  IF to_regclass(name) IS NULL THEN
    EXECUTE format('LOCK TABLE ONLY %I IN SHARE UPDATE EXCLUSIVE MODE', parent);
    IF to_regclass(name) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING IDENTITY) %s', name, parent, options);
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        parent, name, first, first + 100);
    END IF;
  END IF;
END $$;
CREATE OR REPLACE FUNCTION newsletter_partition(edition_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM newsletter_partition_of('newsletter_delivery', edition_id, 'WITH (fillfactor = 50)');
  PERFORM newsletter_partition_of('newsletter_digestcontent', edition_id, '');
END $$;
"""

FIRST_PARTITIONS = """
SELECT newsletter_partition_of(
         'newsletter_digestcontent', substring(relname FROM '\\d+$')::bigint, '')
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
 WHERE inhparent = 'newsletter_delivery'::regclass
"""

FORMER_PARTITIONS = """
CREATE OR REPLACE FUNCTION newsletter_partition(edition_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  first bigint := edition_id / 100 * 100;
  name text := 'newsletter_delivery_' || lpad(first::text, greatest(6, length(first::text)), '0');
BEGIN
  IF to_regclass(name) IS NULL THEN
    LOCK TABLE ONLY newsletter_delivery IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass(name) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I (LIKE newsletter_delivery INCLUDING ALL EXCLUDING IDENTITY)', name);
      EXECUTE format(
        'ALTER TABLE newsletter_delivery ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
        name, first, first + 100);
    END IF;
  END IF;
END $$;
DROP FUNCTION newsletter_partition_of(text, bigint, text);
DROP TABLE newsletter_digestcontent;
"""


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0006_delivery_events")]
    operations = [
        migrations.RunSQL(
            [TABLE, PARTITIONS, FIRST_PARTITIONS],
            FORMER_PARTITIONS,
            state_operations=[
                migrations.CreateModel(
                    name="DigestContent",
                    fields=[
                        (
                            "delivery",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="content",
                                serialize=False,
                                to="newsletter.delivery",
                            ),
                        ),
                        (
                            "positions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.SmallIntegerField(),
                                help_text="Its papers' places in the edition.",
                                size=None,
                            ),
                        ),
                        (
                            "papers",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(),
                                help_text="Their ids, in the same order.",
                                size=None,
                            ),
                        ),
                        (
                            "reasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(),
                                help_text="Why each is there, as the digest says it.",
                                size=None,
                            ),
                        ),
                        (
                            "dated_at",
                            models.DateTimeField(help_text="The message's Date header."),
                        ),
                        (
                            "renderer",
                            models.CharField(help_text="Version of the renderer.", max_length=20),
                        ),
                        (
                            "key_id",
                            models.CharField(
                                help_text="Which secret made its token.", max_length=8
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="newsletter.edition",
                            ),
                        ),
                    ],
                    options={"ordering": ["-delivery_id"]},
                ),
            ],
        ),
    ]
