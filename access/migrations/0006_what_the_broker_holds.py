from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0005_companions_badge_and_wrong_pins")]

    operations = [
        migrations.CreateModel(
            name="BrokerStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checked_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
                ("foreign", models.JSONField(default=list)),
                ("mended", models.JSONField(default=list)),
                ("mended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "broker statuses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="access_broker_status_one"
                    )
                ],
            },
        ),
    ]
