"""Addresses of the revenue room's pages."""

from tieout.revenue.web import data_urls

urlpatterns = [*data_urls.urlpatterns]
