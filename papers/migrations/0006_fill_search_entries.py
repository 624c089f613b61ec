"""Store what the search knows of the papers and trends that are there already."""

from django.db import migrations

PAPERS = """
INSERT INTO papers_searchentry (paper_id, words, listed_on, has_code, prominence, trend_days)
SELECT id, papers_search_words(title, summary, authors, search), listed_on, code_url <> '', 0, 0
FROM papers_paper
WHERE NOT is_withdrawn
ORDER BY id
ON CONFLICT DO NOTHING
"""
TRENDS = """
UPDATE papers_searchentry AS entry
SET prominence = newest.value, trend_day = newest.day, trend_days = newest.days
FROM (
    SELECT DISTINCT ON (paper_id) paper_id, value, day, papers_trend_days("window") AS days
    FROM papers_trend
    ORDER BY paper_id, day DESC, papers_trend_days("window") DESC
) AS newest
WHERE entry.paper_id = newest.paper_id
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0005_search_entry")]

    operations = [
        migrations.RunSQL(PAPERS, migrations.RunSQL.noop),
        migrations.RunSQL(TRENDS, migrations.RunSQL.noop),
    ]
