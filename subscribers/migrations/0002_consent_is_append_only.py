"""Consent entries can be added, never changed: a trigger refuses every UPDATE and DELETE.

`subscribers.privacy.erasing` is the only exception, for a subscriber who is erased.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION subscribers_consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('trending.erasing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'Consent entries are append-only; see subscribers/privacy.py'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER subscribers_consent_is_append_only
    BEFORE UPDATE OR DELETE ON subscribers_consententry
    FOR EACH ROW EXECUTE FUNCTION subscribers_consent_is_append_only();
"""
BACKWARD = """
DROP TRIGGER subscribers_consent_is_append_only ON subscribers_consententry;
DROP FUNCTION subscribers_consent_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
