"""Addresses of the accounting periods."""

from django.urls import path

from tieout.revenue.web import periods

urlpatterns = [
    path("settings/periods/", periods.Periods.as_view(), name="periods"),
    path("settings/periods/new/", periods.NewPeriods.as_view(), name="periods_new"),
    path("settings/periods/preview/", periods.PreviewPeriods.as_view(), name="periods_preview"),
    path("settings/periods/extend/", periods.ExtendPeriods.as_view(), name="periods_extend"),
    path("settings/periods/load/", periods.LoadWaiting.as_view(), name="periods_load"),
]
