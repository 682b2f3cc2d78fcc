"""Addresses of postings, and of what a process plans and proves."""

from django.urls import path

from tieout.ledger.web import mapping, overview, postings, preview, records, setup, tie_out

urlpatterns = [
    path("processes/new/", setup.ChooseKind.as_view(), name="process_new"),
    path("processes/new/<slug:kind>/", setup.Connections.as_view(), name="process_new_connections"),
    path("processes/new/<slug:kind>/mapping/", setup.Mapping.as_view(), name="process_new_mapping"),
    path("processes/new/<slug:kind>/lists/", setup.ReadLists.as_view(), name="process_new_lists"),
    path("processes/new/<slug:kind>/schedule/", setup.PlanSchedule.as_view(), name="process_new_schedule"),
    path("processes/new/<slug:kind>/review/", setup.Review.as_view(), name="process_new_review"),
    path("processes/<int:pk>/", overview.Overview.as_view(), name="process"),
    path("processes/<int:pk>/mapping/", mapping.MappingTab.as_view(), name="process_mapping"),
    path("processes/<int:pk>/mapping/edit/", mapping.EditMapping.as_view(), name="process_mapping_edit"),
    path("processes/<int:pk>/mapping/lists/", mapping.ReadLists.as_view(), name="process_lists"),
    path("processes/<int:pk>/mapping.csv", mapping.ExportMapping.as_view(), name="process_mapping_csv"),
    path("processes/<int:pk>/mapping/import/", mapping.ImportMapping.as_view(), name="process_mapping_import"),
    path("processes/<int:pk>/mapping/import/apply/", mapping.ApplyImport.as_view(), name="process_mapping_apply"),
    path("processes/<int:pk>/postings/", postings.ProcessPostings.as_view(), name="process_postings"),
    path("processes/<int:pk>/preview/", preview.PreviewPage.as_view(), name="process_preview"),
    path("processes/<int:pk>/post/", preview.PostPlanned.as_view(), name="process_post"),
    path("processes/<int:pk>/tie-out/", tie_out.TieOut.as_view(), name="process_tie_out"),
    path("records/<int:pk>/", records.RecordPage.as_view(), name="record"),
    path("jobs/<int:pk>/postings/", postings.JobPostings.as_view(), name="job_postings"),
    path("postings/", postings.Postings.as_view(), name="postings"),
    path("postings/<int:pk>/", postings.PostingPage.as_view(), name="posting"),
    path("postings/<int:pk>/lines/<int:line>/", postings.LineSources.as_view(), name="posting_line"),
    path("postings/<int:pk>/in-ledger/", postings.InLedger.as_view(), name="posting_record"),
    path("postings/<int:pk>/post/", postings.Post.as_view(), name="posting_post"),
    path("postings/<int:pk>/reverse/", postings.Reverse.as_view(), name="posting_reverse"),
    path("postings/<int:pk>/check/", postings.CheckAgain.as_view(), name="posting_check"),
]
