"""Every address of the site: the shell, sign-in, and each room's pages."""

from django.urls import include, path

from tieout.config import api
from tieout.web import faults

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("tieout.web.urls")),
    path("", include("tieout.people.web.urls")),
    path("", include("tieout.connect.web.urls")),
    path("", include("tieout.audit.web.urls")),
    path("", include("tieout.sync.web.urls")),
    path("", include("tieout.revenue.web.urls")),
    path("", include("tieout.ledger.web.urls")),
    path("", include("tieout.reports.web.urls")),
    path("", include("tieout.close.web.urls")),
]
handler400 = faults.bad_request
handler403 = faults.permission_denied
handler404 = faults.not_found
handler500 = faults.server_error
