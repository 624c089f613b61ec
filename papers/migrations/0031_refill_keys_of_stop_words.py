"""Store the keys of 0030 for the papers that have such an author: some seconds for 100,000."""

from django.db import migrations

FORWARD = """
UPDATE papers_searchentry AS entry
SET words = papers_search_words(title, summary, authors, categories)
FROM papers_paper AS paper
WHERE paper.id = entry.paper_id AND EXISTS (
    SELECT FROM jsonb_array_elements_text(
        CASE jsonb_typeof(authors) WHEN 'array' THEN authors ELSE '[]' END) AS name
    WHERE length(name) < 30 AND to_tsvector('english', papers_separate(papers_fold(name))) = ''
)
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0030_keys_of_stop_words")]

    # Backwards nothing: a key that no query asks for does no harm.
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
