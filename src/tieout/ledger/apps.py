"""The ledger room as a Django application; registers the kinds of process it offers."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tieout.ledger"
    label = "ledger"

    def ready(self) -> None:
        from tieout.ledger import kinds

        kinds.register()
