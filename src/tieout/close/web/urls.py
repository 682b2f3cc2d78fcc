"""Addresses of the close room's pages."""

from django.urls import path

from tieout.close.web import dry_run, forms, views

urlpatterns = [
    path("close/", views.Closes.as_view(), name="close"),
    path("close/settings/", forms.Settings.as_view(), name="close_settings"),
    path("close/<int:pk>/", views.ClosePage.as_view(), name="close_period"),
    path("close/<int:pk>/freeze/", views.Freeze.as_view(), name="close_freeze"),
    path("close/<int:pk>/thaw/", forms.Thaw.as_view(), name="close_thaw"),
    path("close/<int:pk>/lock/", views.Lock.as_view(), name="close_lock"),
    path("close/<int:pk>/reopen/", forms.Reopen.as_view(), name="close_reopen"),
    path("close/<int:pk>/sign/<slug:step>/", forms.Sign.as_view(), name="close_sign"),
    path("close/<int:pk>/withdraw/<slug:step>/", views.Withdraw.as_view(), name="close_withdraw"),
    path("close/<int:pk>/dry-run/", dry_run.DryRunPage.as_view(), name="close_dry_run"),
    path("close/<int:pk>/dry-run/<slug:ending>/", dry_run.DryRunFile.as_view(), name="close_dry_run_file"),
    path("close/<int:pk>/package/<int:number>/<slug:ending>/", views.Package.as_view(), name="close_package"),
]
