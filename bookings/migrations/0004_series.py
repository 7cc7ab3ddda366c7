import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0003_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[("daily", "every day"), ("weekly", "every week")], max_length=6
                    ),
                ),
                ("every", models.PositiveSmallIntegerField(default=1)),
                ("first", models.DateField()),
                ("starts", models.TimeField()),
                ("minutes", models.PositiveIntegerField()),
                ("zone", models.CharField(max_length=40)),
                ("until", models.DateField(blank=True, null=True)),
                ("count", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("key", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "machine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="equipment.machine",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "series",
                "ordering": ["first", "starts"],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="series_day",
            field=models.DateField(blank=True, null=True),
        ),
        # It was a bare number that nothing wrote; a cast from one to the other there is none.
        migrations.RemoveField(
            model_name="booking",
            name="series",
        ),
        migrations.AddField(
            model_name="booking",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="bookings.series",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("series", None), _negated=True),
                fields=["series", "series_day"],
                name="bookings_booking_series",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("group", None), _negated=True),
                fields=["group"],
                name="bookings_booking_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("count__gte", 1), ("until", None)),
                    models.Q(("count", None), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="bookings_series_until_or_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__gte", 1), ("minutes__gte", 1)),
                name="bookings_series_goes_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.UniqueConstraint(
                fields=("member", "key"), name="bookings_series_key_once"
            ),
        ),
    ]
