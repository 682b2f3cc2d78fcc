"""Tables of connections. Secrets are apart, sealed, and never read by any page or serializer."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q


@pghistory.track(exclude=["health", "tested_at"])
class Connection(models.Model):
    """One company at one vendor. Its tenant is pinned at the first successful test."""

    class State(models.TextChoices):
        UNTESTED = "untested", "Not tested"
        HEALTHY = "healthy", "Connected"
        FAILING = "failing", "Needs attention"

    environment = models.ForeignKey("people.Environment", on_delete=models.PROTECT, related_name="+")
    connector = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    settings = models.JSONField(default=dict)
    """Every declared field that is not a secret, by name."""
    tenant = models.CharField(max_length=200, blank=True)
    concurrency = models.PositiveSmallIntegerField(default=2)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNTESTED)
    health = models.JSONField(default=list)
    tested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=("environment", "name"), name="connect_name_once"),
            models.CheckConstraint(condition=Q(concurrency__range=(1, 32)), name="connect_concurrency_range"),
        ]

    def __str__(self) -> str:
        return self.name


class Secret(models.Model):
    """One sealed field of a connection."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    field = models.CharField(max_length=40)
    key_id = models.CharField(max_length=40)
    box = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("connection", "field"), name="connect_secret_once")]

    def __str__(self) -> str:
        return f"{self.field} of {self.connection_id}"
