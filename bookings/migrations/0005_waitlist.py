import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0004_series"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("minutes", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("offered", "offered"),
                            ("served", "served"),
                            ("withdrawn", "withdrawn"),
                            ("passed", "passed"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("key", models.UUIDField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "machine",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="equipment.machine",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="members.space",
                    ),
                ),
                (
                    "tool_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="equipment.toolclass",
                    ),
                ),
            ],
            options={
                "verbose_name": "wish",
                "verbose_name_plural": "waitlist",
                "ordering": ["created_at"],
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="wait",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offers",
                to="bookings.wait",
            ),
        ),
        migrations.AddIndex(
            model_name="wait",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["tool_class", "ends"],
                name="bookings_wait_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="wait",
            index=models.Index(fields=["member", "ends"], name="bookings_wait_mine"),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("starts")), ("minutes__gte", 1)),
                name="bookings_wait_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="wait",
            constraint=models.UniqueConstraint(
                fields=("member", "key"), name="bookings_wait_key_once"
            ),
        ),
    ]
