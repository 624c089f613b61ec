"""Give the search a narrow table of its own, which the database keeps in step with the papers.

Triggers and not verbs: papers are written by ingests, merges, the admin and the sample, and a
search that misses what one of them wrote would be wrong without anybody noticing.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# A scan of the many rows that match a common word must read few pages, so the words have to
# lie outside of the row. PostgreSQL moves a value out only of rows above two kilobytes, which
# most of these are not: the ballast makes them so, and shrinks to some 40 bytes itself.
# Measured with 34,000 of 100,000 papers matching: 12 ms, and 40 ms without the ballast.
# More than half of each page stays free, so that new trends for all rows need no new entries in
# the indexes: 100,000 rows are 25 MB instead of 12.
STORAGE = """
ALTER TABLE papers_searchentry SET (toast_tuple_target = 128, fillfactor = 40);
ALTER TABLE papers_searchentry
    ADD COLUMN ballast text GENERATED ALWAYS AS (repeat('.', 2100)) STORED;
-- Nothing to gain from squeezing the words: they are read more often than they are stored.
ALTER TABLE papers_searchentry ALTER COLUMN words SET STORAGE EXTERNAL;
"""

# "Schrödinger" is found by "schrodinger". Few texts hold an accent, and unfolding costs half a
# millisecond, so each is looked at first. What has no accent to lose is translated.
FOLD = r"""
CREATE FUNCTION papers_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN written !~ '[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]' THEN written
        ELSE translate(
            normalize(regexp_replace(normalize(written, NFD), '[\u0300-\u036f]', '', 'g'), NFC),
            'ØøŁłĐđĦħı', 'OoLlDdHhi')
    END;
END;
"""

# Title over abstract over authors. Where nothing is to be folded, the words are those of the
# paper's own column, which are made already. Two names of one author list are no phrase.
WORDS = r"""
CREATE FUNCTION papers_search_words(title text, summary text, authors jsonb, made tsvector)
RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
            WHEN papers_fold(title || summary) = title || summary THEN made
            ELSE setweight(to_tsvector('english', papers_fold(title)), 'A')
                 || setweight(to_tsvector('english', papers_fold(summary)), 'B')
        END
        || setweight(
            to_tsvector(
                'english',
                regexp_replace(papers_fold(authors::text), '(\w)\.(?=\w)', '\1. ', 'g')::jsonb),
            'C');
END;
"""

FOLLOW_PAPERS = """
CREATE FUNCTION papers_search_follows_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO papers_searchentry AS entry (
        paper_id, words, listed_on, has_code, prominence, trend_days)
    SELECT id, papers_search_words(title, summary, authors, search), listed_on, code_url <> '',
           0, 0
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
CREATE TRIGGER papers_search_follows_new AFTER INSERT ON papers_paper
    REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION papers_search_follows_papers();
CREATE TRIGGER papers_search_follows_changed AFTER UPDATE ON papers_paper
    REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION papers_search_follows_papers();
"""

# The newest trend counts; of one day's, that of the longest window. Rows that an ingest holds
# are left to the next score: two that wait for each other would both be lost.
FOLLOW_TRENDS = """
CREATE FUNCTION papers_trend_days(span text) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE span WHEN 'month' THEN 30 WHEN 'week' THEN 7 ELSE 1 END::smallint;
END;

CREATE FUNCTION papers_search_follows_trends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH newest AS (
        SELECT DISTINCT ON (paper_id)
               paper_id, value, day, papers_trend_days("window") AS days
        FROM scored
        ORDER BY paper_id, day DESC, papers_trend_days("window") DESC
    ), free AS (
        SELECT entry.paper_id, newest.value, newest.day, newest.days
        FROM papers_searchentry AS entry
        JOIN newest USING (paper_id)
        WHERE (coalesce(entry.trend_day, '-infinity'), entry.trend_days)
              <= (newest.day, newest.days)
          AND (entry.prominence, entry.trend_day, entry.trend_days)
              IS DISTINCT FROM (newest.value, newest.day, newest.days)
        FOR UPDATE OF entry SKIP LOCKED
    )
    UPDATE papers_searchentry AS entry
    SET prominence = free.value, trend_day = free.day, trend_days = free.days
    FROM free
    WHERE entry.paper_id = free.paper_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER papers_search_follows_scores AFTER INSERT ON papers_trend
    REFERENCING NEW TABLE AS scored
    FOR EACH STATEMENT EXECUTE FUNCTION papers_search_follows_trends();
CREATE TRIGGER papers_search_follows_rescores AFTER UPDATE ON papers_trend
    REFERENCING NEW TABLE AS scored
    FOR EACH STATEMENT EXECUTE FUNCTION papers_search_follows_trends();

CREATE FUNCTION papers_search_forgets_trends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE papers_searchentry AS entry
    SET prominence = coalesce(newest.value, 0),
        trend_day = newest.day,
        trend_days = coalesce(papers_trend_days(newest."window"), 0)
    FROM (SELECT DISTINCT paper_id FROM gone) AS lost
    LEFT JOIN LATERAL (
        SELECT trend.value, trend.day, trend."window"
        FROM papers_trend AS trend
        WHERE trend.paper_id = lost.paper_id
        ORDER BY trend.day DESC, papers_trend_days(trend."window") DESC
        LIMIT 1
    ) AS newest ON true
    WHERE entry.paper_id = lost.paper_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER papers_search_forgets_scores AFTER DELETE ON papers_trend
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION papers_search_forgets_trends();
"""

BACKWARD = """
DROP TRIGGER papers_search_forgets_scores ON papers_trend;
DROP TRIGGER papers_search_follows_rescores ON papers_trend;
DROP TRIGGER papers_search_follows_scores ON papers_trend;
DROP TRIGGER papers_search_follows_changed ON papers_paper;
DROP TRIGGER papers_search_follows_new ON papers_paper;
DROP FUNCTION papers_search_forgets_trends();
DROP FUNCTION papers_search_follows_trends();
DROP FUNCTION papers_trend_days(text);
DROP FUNCTION papers_search_follows_papers();
DROP FUNCTION papers_search_words(text, text, jsonb, tsvector);
DROP FUNCTION papers_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0004_jobs_and_runs")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="papers.paper",
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.search.SearchVectorField(
                        help_text="Title over abstract over authors, without accents."
                    ),
                ),
                ("listed_on", models.DateField()),
                ("has_code", models.BooleanField()),
                (
                    "prominence",
                    models.FloatField(default=0, help_text="The newest trend; 0 before the first."),
                ),
                (
                    "trend_day",
                    models.DateField(
                        blank=True, help_text="The last day of that trend.", null=True
                    ),
                ),
                (
                    "trend_days",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="The length of its window."
                    ),
                ),
            ],
            options={"verbose_name_plural": "search entries"},
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["words"], name="search_entry_words"
            ),
        ),
        migrations.RunSQL(FOLD + WORDS + FOLLOW_PAPERS + FOLLOW_TRENDS, BACKWARD),
        # Only the title's words. Without fastupdate here and above: its list of new entries would
        # be read from end to end by every search.
        migrations.RunSQL(
            "CREATE INDEX search_entry_title ON papers_searchentry "
            "USING gin (ts_filter(words, '{a}')) WITH (fastupdate = off)",
            "DROP INDEX search_entry_title",
        ),
    ]
