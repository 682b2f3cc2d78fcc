"""Addresses of processes, jobs, findings and raw records."""

from django.urls import path

from tieout.sync.web import findings, jobs, processes

urlpatterns = [
    path("processes/", processes.Processes.as_view(), name="processes"),
    path("processes/next-runs/", processes.NextRuns.as_view(), name="next_runs"),
    path("processes/<int:pk>/heading/", processes.ProcessHeading.as_view(), name="process_heading"),
    path("processes/<int:pk>/schedule/", processes.ScheduleTab.as_view(), name="process_schedule"),
    path("processes/<int:pk>/schedule/edit/", processes.EditSchedule.as_view(), name="process_schedule_edit"),
    path("processes/<int:pk>/history/", processes.History.as_view(), name="process_history"),
    path("processes/<int:pk>/findings/", processes.ProcessFindings.as_view(), name="process_findings"),
    path("processes/<int:pk>/edit/", processes.EditProcess.as_view(), name="process_edit"),
    path("processes/<int:pk>/run/", processes.RunNow.as_view(), name="process_run"),
    path("processes/<int:pk>/read/", processes.ReadOnly.as_view(), name="process_read"),
    path("processes/<int:pk>/on/", processes.Switch.as_view(enabled=True), name="process_on"),
    path("processes/<int:pk>/off/", processes.Switch.as_view(enabled=False), name="process_off"),
    path("processes/<int:pk>/delete/", processes.Delete.as_view(), name="process_delete"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.Timeline.as_view(), name="job"),
    path("jobs/<int:pk>/heading/", jobs.JobHeading.as_view(), name="job_heading"),
    path("jobs/<int:pk>/live/", jobs.JobLive.as_view(), name="job_live"),
    path("jobs/<int:pk>/input/", jobs.OriginalInput.as_view(), name="job_input"),
    path("jobs/<int:pk>/input.zip", jobs.WholeInput.as_view(), name="job_input_zip"),
    path("jobs/<int:pk>/input/<int:page>/", jobs.OnePage.as_view(), name="job_page"),
    path("jobs/<int:pk>/findings/", jobs.JobFindings.as_view(), name="job_findings"),
    path("jobs/<int:pk>/stop/", jobs.Stop.as_view(), name="job_stop"),
    path("findings/", findings.Findings.as_view(), name="findings"),
    path("findings/decide/", findings.Decide.as_view(), name="findings_decide"),
    path("findings/retry/", findings.Retry.as_view(), name="findings_retry"),
    path("findings/<int:pk>/", findings.FindingPage.as_view(), name="finding"),
]
