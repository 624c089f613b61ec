"""Find the mails to one mailbox that is no subscriber's address: they count in the daily limit."""

from django.db import migrations

FORWARD = """
CREATE INDEX transactional_mail_mailbox ON subscribers_transactionalmail ((
  CASE WHEN split_part(recipient, '@', 2) IN ('gmail.com', 'googlemail.com')
       THEN replace(split_part(split_part(recipient, '@', 1), '+', 1), '.', '') || '@gmail.com'
       ELSE split_part(split_part(recipient, '@', 1), '+', 1) || '@'
            || split_part(recipient, '@', 2)
  END)) WHERE recipient <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0007_preference_centre")]

    operations = [migrations.RunSQL(FORWARD, "DROP INDEX transactional_mail_mailbox")]
