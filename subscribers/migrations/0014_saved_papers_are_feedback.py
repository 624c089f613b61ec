"""Copy the saved papers to the feedback, and give their readers a profile.

The profile is left empty: the next change of feedback, or the task of the night, computes it.
"""

from django.db import migrations

COPY = """
INSERT INTO subscribers_feedback (subscriber_id, paper_id, kind, at)
SELECT subscriber_id, paper_id, 'save', saved_at
  FROM subscribers_savedpaper
 ORDER BY id
ON CONFLICT DO NOTHING;
INSERT INTO subscribers_readerprofile
       (subscriber_id, liked, liked_days, disliked, disliked_days, updated_at)
SELECT DISTINCT subscriber_id, '{}'::bigint[], '{}'::integer[], '{}'::bigint[], '{}'::integer[], now()
  FROM subscribers_feedback
ON CONFLICT DO NOTHING
"""

COPY_BACK = """
INSERT INTO subscribers_savedpaper (subscriber_id, paper_id, saved_at)
SELECT subscriber_id, paper_id, at
  FROM subscribers_feedback
 WHERE kind = 'save'
 ORDER BY id
ON CONFLICT DO NOTHING;
DELETE FROM subscribers_feedback WHERE kind = 'save'
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0013_profile_forgotten")]
    operations = [migrations.RunSQL(COPY, COPY_BACK)]
