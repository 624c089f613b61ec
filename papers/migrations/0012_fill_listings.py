"""Store the listings of the papers that are there already, and correct their first days.

A paper that arXiv announced before a list showed it was stored under the day of its announcement.
The payload of the list has the right day; a page of text lists its papers on the day of the paper.
"""

from django.db import migrations

LISTINGS = r"""
INSERT INTO papers_listing (paper_id, source, day, read_at)
SELECT DISTINCT ON (paper.id, record.source, listed.day)
       paper.id, record.source, listed.day, paper.created_at
FROM papers_rawrecord AS record
JOIN papers_paper AS paper ON paper.id = record.paper_id
CROSS JOIN LATERAL (
    SELECT substring(
        coalesce(record.payload #>> '{paper,submittedOnDailyAt}',
                 record.payload ->> 'submittedOnDailyAt')
        FROM '^20\d\d-[01]\d-[0-3]\d') AS text
) AS written
CROSS JOIN LATERAL (
    SELECT CASE WHEN written.text IS NULL THEN paper.listed_on
                ELSE to_date(written.text, 'YYYY-MM-DD') END AS day
) AS listed
WHERE record.source IN ('hugging_face', 'listing', 'sample')
ON CONFLICT DO NOTHING
"""
FIRST_DAYS = """
UPDATE papers_paper AS paper
SET listed_on = coalesce(first.day, paper.listed_on),
    -- The papers of one list were stored within minutes, in its order, which is to stay.
    listed_at = date_trunc('hour', paper.created_at)
FROM papers_paper AS same
LEFT JOIN (SELECT paper_id, min(day) AS day FROM papers_listing GROUP BY paper_id) AS first
    ON first.paper_id = same.id
WHERE same.id = paper.id
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0011_listings")]

    operations = [
        migrations.RunSQL(LISTINGS, migrations.RunSQL.noop),
        migrations.RunSQL(FIRST_DAYS, migrations.RunSQL.noop),
    ]
