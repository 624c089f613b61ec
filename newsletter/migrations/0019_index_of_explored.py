from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0018_explored_and_teams"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="digestcontent",
            index=models.Index(
                condition=models.Q(("explored__isnull", False)),
                fields=["edition"],
                name="content_explored",
            ),
        ),
    ]
