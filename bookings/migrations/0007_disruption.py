import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0006_agreements"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disruption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("why", models.CharField(max_length=120)),
                ("found_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sibling", "moved to another machine"),
                            ("time", "moved to another time"),
                            ("released", "given back"),
                            ("over", "no longer in the way"),
                        ],
                        max_length=8,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disruptions",
                        to="bookings.booking",
                    ),
                ),
                (
                    "closure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="members.closure",
                    ),
                ),
                (
                    "lockout",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="equipment.lockout",
                    ),
                ),
                (
                    "machine_closure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="equipment.machineclosure",
                    ),
                ),
            ],
            options={
                "ordering": ["found_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)),
                fields=("booking",),
                name="bookings_disruption_one_open",
            ),
        ),
    ]
