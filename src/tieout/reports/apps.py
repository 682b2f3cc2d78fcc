"""The reports room as a Django application."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "tieout.reports"
    label = "reports"
