"""The revenue room as a Django application."""

from django.apps import AppConfig


class RevenueConfig(AppConfig):
    name = "tieout.revenue"
    label = "revenue"
