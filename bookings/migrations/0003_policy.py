import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0002_key_and_buffer"),
        ("equipment", "0002_policy_features_and_closures"),
        ("members", "0004_staffed_hours_and_closure_source"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("minutes", "minutes booked"),
                            ("bookings", "bookings"),
                            ("longest", "minutes in one booking"),
                            ("horizon", "days ahead"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("day", "a day"),
                            ("week", "a week"),
                            ("month", "a month"),
                            ("year", "a year"),
                            ("ahead", "at one time"),
                        ],
                        max_length=5,
                    ),
                ),
                ("amount", models.PositiveIntegerField()),
                ("counts_past", models.BooleanField(default=True)),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="members.plan",
                    ),
                ),
                (
                    "tool_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="equipment.toolclass",
                    ),
                ),
            ],
            options={
                "ordering": ["tool_class", "plan", "measure", "period"],
            },
        ),
        migrations.CreateModel(
            name="PolicyWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ]
                    ),
                ),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("peak", "counts more"), ("free", "free of policy")], max_length=4
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=200)),
                (
                    "tool_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="windows",
                        to="equipment.toolclass",
                    ),
                ),
            ],
            options={
                "ordering": ["weekday", "opens"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=120)),
                ("required", models.BooleanField(default=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "tool_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="equipment.toolclass",
                    ),
                ),
            ],
            options={
                "ordering": ["order", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="planlimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("measure__in", ["minutes", "bookings"]),
                        models.Q(("period", ""), _negated=True),
                    ),
                    models.Q(("measure__in", ["longest", "horizon"]), ("period", "")),
                    _connector="OR",
                ),
                name="bookings_limit_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="policywindow",
            constraint=models.UniqueConstraint(
                fields=("tool_class", "kind", "weekday", "opens"), name="bookings_window_once"
            ),
        ),
    ]
