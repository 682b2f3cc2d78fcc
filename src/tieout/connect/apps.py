"""The connect room as a Django application."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "tieout.connect"
    label = "connect"
