"""The sources of revenue data as a Django application; registers the kind of process that reads them."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "tieout.revenue.sources"
    label = "sources"

    def ready(self) -> None:
        from tieout.revenue.sources.kind import RevenueDataKind
        from tieout.sync import kinds

        kinds.register(RevenueDataKind())
