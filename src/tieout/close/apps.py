"""The close room as a Django application."""

from django.apps import AppConfig


class CloseConfig(AppConfig):
    name = "tieout.close"
    label = "close"
