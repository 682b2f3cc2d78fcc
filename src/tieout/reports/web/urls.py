"""Addresses of the reports room's pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
