"""Addresses of importing: files in and out, and batches."""

from django.urls import path

from tieout.revenue.web import batch, imports

urlpatterns = [
    path("revenue/import/", imports.Imports.as_view(), name="imports"),
    path("revenue/import/conversion/", imports.Conversion.as_view(), name="conversion"),
    path("revenue/import/upload/", imports.Upload.as_view(), name="import_upload"),
    path("revenue/import/template.<slug:form>", imports.Template.as_view(), name="import_template"),
    path("revenue/import/data.<slug:form>", imports.Export.as_view(), name="import_export"),
    path("revenue/batches/<int:pk>/", batch.BatchPage.as_view(), name="batch"),
    path("revenue/batches/<int:pk>/live/", batch.BatchLive.as_view(), name="batch_live"),
    path("revenue/batches/<int:pk>/match/", batch.MatchBatch.as_view(), name="batch_match"),
    path("revenue/batches/<int:pk>/apply/", batch.ApplyBatch.as_view(), name="batch_apply"),
    path("revenue/batches/<int:pk>/load/", batch.LoadBatch.as_view(), name="batch_load"),
    path("revenue/batches/<int:pk>/undo/", batch.UndoBatch.as_view(), name="batch_undo"),
    path("revenue/batches/<int:pk>/discard/", batch.DiscardBatch.as_view(), name="batch_discard"),
    path("revenue/batches/<int:pk>/original/", batch.Original.as_view(), name="batch_original"),
    path("revenue/batches/<int:pk>/problems.csv", batch.Problems.as_view(), name="batch_problems"),
    path("revenue/batches/<int:pk>/marked.xlsx", batch.Marked.as_view(), name="batch_marked"),
]
