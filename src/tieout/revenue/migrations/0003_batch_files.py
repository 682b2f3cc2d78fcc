from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("revenue", "0002_fiscal_years"),
    ]

    operations = [
        migrations.AddField(model_name="batch", name="files", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="batch", name="progress", field=models.JSONField(default=dict)),
    ]
