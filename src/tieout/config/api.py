"""The API with every room's routes. `urls` goes under `api/v1/`: `path("api/v1/", urls)`."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI

from tieout import __version__
from tieout.api import answers
from tieout.audit.api import doors as audit
from tieout.close.api import doors as close
from tieout.connect.api import doors as connect
from tieout.ledger.api import mapping_doors, posting_doors, target_doors
from tieout.ledger.journals.api import doors as journals
from tieout.people.api import doors as people
from tieout.reports.api import doors as reports
from tieout.revenue.api import doors as batches
from tieout.revenue.browse_api import doors as revenue_data
from tieout.revenue.period_api import doors as periods
from tieout.sync.api import finding_doors, job_doors, process_doors, record_doors

ROOMS = (
    connect,
    target_doors,
    process_doors,
    mapping_doors,
    job_doors,
    finding_doors,
    record_doors,
    posting_doors,
    journals,
    revenue_data,
    batches,
    reports,
    periods,
    close,
    people,
    audit,
)

api = NinjaAPI(
    title="Tieout",
    version=__version__,
    description="Everything that the pages show and do, with the roles of the token's owner in the token's environment.",
    urls_namespace="api",
    parser=answers.Reader(),
)
answers.handle_errors(api)
for room in ROOMS:
    api.add_router("", room.router)

_found, _app, _namespace = api.urls
_patterns = [pattern for pattern in _found if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
for pattern in _patterns:
    pattern.callback = answers.edged(pattern.callback)
urls = ([*_patterns, path("", answers.missing, name="api-root"), re_path(r"^.*$", answers.missing)], _app, _namespace)
