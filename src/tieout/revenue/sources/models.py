"""What each process delivered last, row by row, so that the next delivery holds only what its source changed."""

from __future__ import annotations

from django.db import models


class Delivered(models.Model):
    """One row of an engine table as a process delivered it last, and the batch it went with."""

    process = models.ForeignKey("sync.Process", on_delete=models.CASCADE, related_name="+")
    batch = models.ForeignKey("revenue.Batch", on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=20)
    key = models.TextField()
    """The row's key as a JSON list."""
    digest = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("process", "table", "key"), name="sources_delivered_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
