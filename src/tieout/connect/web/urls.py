"""Addresses of connections."""

from django.urls import path

from tieout.connect.web import views

urlpatterns = [
    path("connections/", views.Connections.as_view(), name="connections"),
    path("connections/add/", views.Choose.as_view(), name="connection_choose"),
    path("connections/add/<slug:connector>/", views.Add.as_view(), name="connection_add"),
    path("connections/<int:pk>/", views.Detail.as_view(), name="connection"),
    path("connections/<int:pk>/edit/", views.Edit.as_view(), name="connection_edit"),
    path("connections/<int:pk>/test/", views.Test.as_view(), name="connection_test"),
    path("connections/<int:pk>/remove/", views.Remove.as_view(), name="connection_remove"),
]
