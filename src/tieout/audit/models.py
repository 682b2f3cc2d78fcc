"""The audit trail's one table. Rows can be inserted and read; PostgreSQL itself refuses to change or delete them."""

from __future__ import annotations

import pgtrigger
from django.db import models


class Entry(models.Model):
    """One act: who, through which door, did what to which record, and what changed."""

    at = models.DateTimeField(db_default=models.functions.Now())
    environment = models.ForeignKey("people.Environment", null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("people.User", null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=200)
    door = models.CharField(max_length=20)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("environment", "-id")), models.Index(fields=("subject", "-id"))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.subject}"
