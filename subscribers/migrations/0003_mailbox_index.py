"""Find the addresses of one mailbox: `ada+1@` and `ada+2@` count together in the daily limit."""

from django.db import migrations

FORWARD = """
CREATE INDEX subscriber_mailbox ON subscribers_subscriber ((
  CASE WHEN split_part(email, '@', 2) IN ('gmail.com', 'googlemail.com')
       THEN replace(split_part(split_part(email, '@', 1), '+', 1), '.', '') || '@gmail.com'
       ELSE split_part(split_part(email, '@', 1), '+', 1) || '@' || split_part(email, '@', 2)
  END))
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_consent_is_append_only")]

    operations = [migrations.RunSQL(FORWARD, "DROP INDEX subscriber_mailbox")]
