"""The audit room as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tieout.audit"
    label = "audit"
