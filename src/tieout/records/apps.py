"""The records room as a Django application; registers how pages become records."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "tieout.records"
    label = "records"

    def ready(self) -> None:
        from tieout.records import landing

        landing.register()
