"""Date the withdrawals that are stored: only arXiv's job has marked papers so far.

It marked a paper in the same transaction that stored the time of the request. Without such a time
the mark came from an announcement, and the row's last change is the nearest day that is known.
"""

from django.db import migrations

FORWARD = """
UPDATE papers_paper
   SET withdrawn_on = (COALESCE(arxiv_asked_at, updated_at) AT TIME ZONE 'UTC')::date,
       withdrawn_by = CASE WHEN arxiv_id IS NULL THEN '' ELSE 'arxiv' END
 WHERE is_withdrawn
"""


class Migration(migrations.Migration):
    dependencies = [("papers", "0014_withdrawal_facts")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
