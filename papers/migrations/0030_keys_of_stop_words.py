"""Index authors whose name has only words that PostgreSQL does not store: "An", "Will", "A. I.".

Their key is the whole name with a dot: "au:will.". All other names are found by their words.
"""

import importlib

from django.db import migrations

KEYS = r"""
CREATE OR REPLACE FUNCTION papers_author_keys(names text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT key), '{}')
    FROM unnest(names) AS name,
         papers_separate(papers_fold(name)) AS separated,
         regexp_split_to_array(lower(btrim(separated)), '\s+') AS parts,
         LATERAL (
             SELECT 'au:' || word || '.' || left(parts[before], 1)
             FROM unnest(parts) WITH ORDINALITY AS numbered (word, place),
                  generate_series(1, least(place - 1, 5)::integer) AS before
             WHERE length(word) > 1
             UNION ALL
             SELECT 'au:' || array_to_string(parts, '-') || '.'
             -- Of one word or two: a longer name has one that is stored, and this takes time.
             WHERE CASE WHEN cardinality(parts) <= 2
                        THEN to_tsvector('english', separated) = ''::tsvector AND parts[1] <> '' END
         ) AS found (key);
END;
"""


def _backward() -> str:
    """The function of 0016 again."""
    keys = importlib.import_module("papers.migrations.0016_search_words").KEYS
    first, _, _others = keys.partition("CREATE FUNCTION papers_category_keys")
    return first.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("papers", "0029_newest_vector")]

    operations = [migrations.RunSQL(KEYS, _backward())]
