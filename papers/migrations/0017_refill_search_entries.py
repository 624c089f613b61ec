"""Store the words of all papers again, by the rules of 0015, and learn them for suggestions.

About two minutes for 100,000 papers, most of it for the indexes.
"""

from django.db import migrations

LEARN = """
INSERT INTO papers_searchword (word, papers, trigrams, last_paper)
SELECT word, count(DISTINCT id), papers_trigrams(word), max(id)
FROM papers_paper,
     papers_separate(papers_fold(concat_ws(' ', title, summary, authors::text))) AS texts,
     regexp_split_to_table(lower(texts), '[^[:alpha:]]+') AS word
WHERE NOT is_withdrawn AND length(word) BETWEEN 4 AND 30
GROUP BY word
"""
FORWARD = """
UPDATE papers_searchentry AS entry
SET words = papers_search_words(title, summary, authors, categories)
FROM papers_paper AS paper
WHERE paper.id = entry.paper_id
"""
# Runs before 0015 goes back: the words of 0005 are written out.
BACKWARD = r"""
UPDATE papers_searchentry AS entry
SET words = setweight(to_tsvector('english', papers_fold(title)), 'A')
    || setweight(to_tsvector('english', papers_fold(summary)), 'B')
    || setweight(
        to_tsvector(
            'english',
            regexp_replace(papers_fold(authors::text), '(\w)\.(?=\w)', '\1. ', 'g')::jsonb),
        'C')
FROM papers_paper AS paper
WHERE paper.id = entry.paper_id
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0016_search_words")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(LEARN, "TRUNCATE papers_searchword"),
    ]
