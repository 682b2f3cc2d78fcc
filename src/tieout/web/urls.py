"""Addresses of the shell itself."""

from django.urls import path

from tieout.web import views

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("environment/<slug:slug>/", views.LookAt.as_view(), name="look_at"),
]
