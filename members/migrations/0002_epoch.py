from django.db import migrations


def one_row(apps, schema_editor):
    apps.get_model("members", "AccessEpoch").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    """The one row of the epoch; every reader and writer relies on it."""

    dependencies = [("members", "0001_initial")]
    operations = [migrations.RunPython(one_row, migrations.RunPython.noop)]
