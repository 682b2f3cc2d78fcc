"""Addresses of the revenue room's pages."""

from tieout.revenue.web import data_urls, import_urls, period_urls

urlpatterns = [*data_urls.urlpatterns, *period_urls.urlpatterns, *import_urls.urlpatterns]
