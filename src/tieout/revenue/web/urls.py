"""Addresses of the revenue room's pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
