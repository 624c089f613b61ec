"""Note each transaction that changes editions, as papers/migrations/0025_page_changes.py does."""

from django.db import migrations

CREATE = "".join(
    f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION papers_note_change();\n"
    for table in ("newsletter_edition", "newsletter_editiontranslation", "newsletter_candidate")
)
DROP = """
DROP TRIGGER note_change ON newsletter_edition;
DROP TRIGGER note_change ON newsletter_editiontranslation;
DROP TRIGGER note_change ON newsletter_candidate;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0016_edition_translations"),
        ("papers", "0025_page_changes"),
    ]
    operations = [migrations.RunSQL(CREATE, DROP)]
