from django.db import migrations


def one_row(apps, schema_editor):
    apps.get_model("access", "AccessEpoch").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    """The one row of the epoch; every reader and writer may rely on it."""

    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(one_row, migrations.RunPython.noop)]
