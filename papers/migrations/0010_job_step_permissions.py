"""Keep what staff may do: the permissions on runs become those on job steps.

Django renames the model's content type and not its permissions. Without this step a group that
may view runs would lose its page, and the old permissions would stay for a model that is gone.
"""

from django.db import migrations


def rename(apps, old, new):
    Permission = apps.get_model("auth", "Permission")
    for action in ("add", "change", "delete", "view"):
        of_model = Permission.objects.filter(content_type__app_label="papers")
        if of_model.filter(codename=f"{action}_{new}").exists():
            continue  # a database that was set up after the rename
        of_model.filter(codename=f"{action}_{old}").update(
            codename=f"{action}_{new}", name=f"Can {action} {NAMES[new]}"
        )


NAMES = {"sourcerun": "source run", "jobstep": "job step"}


def forward(apps, schema_editor):
    rename(apps, "sourcerun", "jobstep")


def backward(apps, schema_editor):
    rename(apps, "jobstep", "sourcerun")


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0009_job_step_payload_hash"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(forward, backward)]
