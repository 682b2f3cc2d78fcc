"""The page of one version of a raw record: what the source sent, in which page, in which job; and the other versions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.urls import reverse

from tieout.people.actors import Permission
from tieout.sync import queries
from tieout.sync.models import SourceRecord
from tieout.web.pages import Crumb, Page

MOST_VERSIONS = 50


class RecordPage(Page):
    """The end of the way back from an amount: the record as it was received."""

    permission = Permission.READ
    template_name = "sync/record.html"

    @cached_property
    def record(self) -> SourceRecord:
        return queries.source_record(self.actor.environment_id, self.kwargs["pk"])

    def heading(self) -> str:
        return f"{self.record.stream.replace('_', ' ').capitalize()} · {self.record.external_id}"

    def crumbs(self) -> Iterable[Crumb]:
        page = self.record.page
        if page is not None:
            yield Crumb("Jobs", reverse("jobs"))
            yield Crumb(str(page.job), reverse("job_input", args=[page.job_id]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = list(queries.versions(self.record)[:MOST_VERSIONS])
        digest = bytes(self.record.page.sha256).hex() if self.record.page else ""
        return super().get_context_data(record=self.record, versions=versions, digest=digest, **kwargs)
