from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0011_recorded_answers_by_age"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="has_keypad",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="device",
            name="reads_with",
            field=models.CharField(
                choices=[
                    ("pn532", "PN532 board (I²C)"),
                    ("rc522", "RC522 board (SPI)"),
                    ("wiegand", "Wiegand reader, 26 or 34 bits"),
                ],
                default="pn532",
                max_length=8,
            ),
        ),
    ]
