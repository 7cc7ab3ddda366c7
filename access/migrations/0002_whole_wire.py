"""Columns as wide as what the wire lets through; PostgreSQL refuses what does not fit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="accessevent",
            name="sid",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AlterField(
            model_name="device",
            name="ma",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
    ]
