"""The web shell as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tieout.web"
    label = "web"
