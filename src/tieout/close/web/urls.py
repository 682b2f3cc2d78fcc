"""Addresses of the close room's pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
