"""Index the parts of compound words, the joined forms, the categories, and authors' initials.

PostgreSQL's parser makes one word of "Audio/Video", "llama.cpp" and "Qwen2.5-VL", and a negative
number of the 4 in "GPT-4": "GPT 4", "qwen" and "video" would not find them. So texts are separated
into words before it sees them, here and, for queries, in papers/text/searchable.py.
"""

import importlib

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# Without accents, and in plain characters. An ASCII text, as most are, stays as it is.
FOLD = r"""
CREATE OR REPLACE FUNCTION papers_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN octet_length(written) = length(written) THEN written
        ELSE replace(replace(replace(replace(replace(replace(replace(translate(
            normalize(
                regexp_replace(
                    normalize(
                        translate(written, U&'\2122\00ad\200b\200c\200d\2060\feff', ' '), NFKD),
                    '[\u0300-\u036f]', '', 'g'),
                NFKC),
            U&'ØøŁłĐđÐðĦħı\2010\2011\2012\2013\2212\2018\2019\02bc',
            'OoLlDdDdHhi-----'''''''),
            'ß', 'ss'), 'æ', 'ae'), 'Æ', 'AE'), 'œ', 'oe'), 'Œ', 'OE'), 'þ', 'th'), 'Þ', 'TH')
    END;
END;
"""

# A space for each separator, and one between two letters and a digit.
SEPARATE = r"""
CREATE FUNCTION papers_separate(plain text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT regexp_replace(
        -- translate() takes twenty times as long.
        regexp_replace(plain, '[!-/:-@\[-`{-~\u2014\u2015\u2026]', ' ', 'g'),
        '([a-zA-Z]{2})(?=[0-9])|([0-9])(?=[a-zA-Z]{2})', '\1\2 ', 'g');
END;
"""

# "finetuning" finds "fine-tuning", "T5" finds "T-5", "dino" finds "DINOv2". NULL: there are none.
JOINED = r"""
CREATE FUNCTION papers_joined(plain text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT papers_separate(string_agg(form, ' '))
    FROM (
        SELECT translate(found[1], '-._''', '') AS form
        FROM regexp_matches(
            plain,
            '[a-zA-Z0-9]*[a-zA-Z][-._''][a-zA-Z][a-zA-Z0-9]*'
            '|\m[a-zA-Z][-._''][0-9]+|[0-9]+-[a-zA-Z]\M',
            'g') AS found
        UNION ALL
        -- By itself and without a look ahead: in one expression they take five times as long.
        SELECT left(found[1], -2)
        FROM regexp_matches(plain, '[a-zA-Z]*(?:[A-Z]v|[a-z]V)[0-9]', 'g') AS found
        WHERE plain ~ '[A-Z]v[0-9]|[a-z]V[0-9]'
    ) AS forms;
END;

CREATE FUNCTION papers_words_of(written text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT to_tsvector('english', papers_separate(plain))
        || coalesce(to_tsvector('english', papers_joined(plain)), '')
    FROM papers_fold(written) AS plain;
END;
"""

# An author "Yann LeCun" gives "au:lecun.y", for "Y. LeCun": a letter alone is in many texts, and
# "a", "i", "s" and "t" are no words to PostgreSQL. A category "cs.LG" gives "cat:cs.lg" and
# "cat:cs". No word of a text has a colon.
KEYS = r"""
CREATE FUNCTION papers_author_keys(names text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT 'au:' || word || '.' || left(parts[before], 1)), '{}')
    FROM unnest(names) AS name,
         regexp_split_to_array(lower(btrim(papers_separate(papers_fold(name)))), '\s+') AS parts,
         unnest(parts) WITH ORDINALITY AS numbered (word, place),
         generate_series(1, least(place - 1, 5)::integer) AS before
    WHERE length(word) > 1;
END;

CREATE FUNCTION papers_category_keys(categories text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT 'cat:' || key), '{}')
    FROM unnest(categories) AS category,
         unnest(ARRAY[lower(category), split_part(lower(category), '.', 1)]) AS key
    WHERE key <> '';
END;
"""

# Title over abstract over authors. Two names of one author list are no phrase, not even with a
# middle name between: the stop words keep them apart and are not stored.
WORDS = r"""
CREATE FUNCTION papers_search_words(title text, summary text, authors jsonb, categories text[])
RETURNS tsvector
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT setweight(papers_words_of(title), 'A')
        || setweight(papers_words_of(summary), 'B')
        || setweight(papers_words_of(array_to_string(names, ' the the the ')), 'C')
        || array_to_tsvector(papers_author_keys(names) || papers_category_keys(categories))
    FROM (
        SELECT ARRAY(
            SELECT jsonb_array_elements_text(
                CASE jsonb_typeof(authors) WHEN 'array' THEN authors ELSE '[]' END)
        ) AS names
    ) AS listed;
END;
"""

# The groups of three letters of a word with its edges, as in pg_trgm, which not every host has.
TRIGRAMS = r"""
CREATE FUNCTION papers_trigrams(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(DISTINCT substr('  ' || word || ' ', place, 3))
    FROM generate_series(1, length(word) + 1) AS place;
END;
"""

FOLLOW_PAPERS = """
CREATE OR REPLACE FUNCTION papers_search_follows_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO papers_searchentry AS entry (
        paper_id, words, listed_on, has_code, prominence, trend_days)
    SELECT id, papers_search_words(title, summary, authors, categories), listed_on,
           code_url <> '', 0, 0
    FROM told
    WHERE NOT is_withdrawn
    ORDER BY id
    ON CONFLICT (paper_id) DO UPDATE
    SET words = excluded.words, listed_on = excluded.listed_on, has_code = excluded.has_code
    WHERE (entry.words, entry.listed_on, entry.has_code)
        IS DISTINCT FROM (excluded.words, excluded.listed_on, excluded.has_code);
    DELETE FROM papers_searchentry AS entry
    USING told
    WHERE told.is_withdrawn AND told.id = entry.paper_id;
    RETURN NULL;
END
$$;
DROP FUNCTION papers_search_words(text, text, jsonb, tsvector);
"""


def _backward() -> str:
    """The functions of 0005 again, without those that were added here."""
    first = importlib.import_module("papers.migrations.0005_search_entry")
    follow, _, _triggers = first.FOLLOW_PAPERS.partition("CREATE TRIGGER")
    functions = (first.FOLD, first.WORDS, follow)
    again = "".join(
        text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for text in functions
    )
    return f"""{again}
DROP FUNCTION papers_search_words(text, text, jsonb, text[]);
DROP FUNCTION papers_trigrams(text);
DROP FUNCTION papers_category_keys(text[]);
DROP FUNCTION papers_author_keys(text[]);
DROP FUNCTION papers_words_of(text);
DROP FUNCTION papers_joined(text);
DROP FUNCTION papers_separate(text);
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0015_date_withdrawals")]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.TextField(
                        help_text="In lower case, without accents.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "papers",
                    models.PositiveIntegerField(
                        help_text="Papers that had it when they were stored."
                    ),
                ),
                (
                    "trigrams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "last_paper",
                    models.BigIntegerField(help_text="The last paper that was counted for it."),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["trigrams"], name="search_word_trigrams"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            FOLD + SEPARATE + JOINED + KEYS + WORDS + TRIGRAMS + FOLLOW_PAPERS, _backward()
        ),
    ]
