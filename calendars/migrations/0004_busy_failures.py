"""How often an outside calendar failed in a row, and when it was last read whole."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calendars", "0003_kinds_of_feed")]

    operations = [
        migrations.AddField(
            model_name="busysource",
            name="whole_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="busysource",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
