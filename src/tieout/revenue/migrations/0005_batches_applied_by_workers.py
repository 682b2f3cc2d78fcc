import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("waiting", "Conversion data"),
    ("reading", "Reading"),
    ("ready", "Ready to apply"),
    ("refused", "Has errors"),
    ("applying", "Being applied"),
    ("applied", "Applied"),
    ("undone", "Undone"),
    ("discarded", "Discarded"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("revenue", "0004_engine_inputs"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="revenue.batch",
            ),
        ),
        migrations.AlterField(model_name="batch", name="state", field=models.CharField(choices=STATES, max_length=10)),
    ]
