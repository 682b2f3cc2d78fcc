"""Address of the audit trail."""

from django.urls import path

from tieout.audit.web import views

urlpatterns = [path("settings/audit/", views.AuditTrail.as_view(), name="audit")]
