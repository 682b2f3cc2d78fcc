"""Addresses of the reports."""

from django.urls import path

from tieout.reports.web import tie_out, views

urlpatterns = [
    path("reports/", views.Reports.as_view(), name="reports"),
    path("reports/behind/<str:measure>/", views.Behind.as_view(), name="report_behind"),
    path("reports/<slug:name>/", views.ReportPage.as_view(), name="report"),
    path("reports/<slug:name>/export.csv", views.Export.as_view(form="csv"), name="report_csv"),
    path("reports/<slug:name>/export.xlsx", views.Export.as_view(form="xlsx"), name="report_xlsx"),
    path("tie-out/", tie_out.TieOut.as_view(), name="revenue_tie_out"),
    path("tie-out/export.csv", tie_out.ExportTieOut.as_view(form="csv"), name="revenue_tie_out_csv"),
    path("tie-out/export.xlsx", tie_out.ExportTieOut.as_view(form="xlsx"), name="revenue_tie_out_xlsx"),
]
