"""Closing accounting periods: checklist, dry run, close, reopen, and the package that proves it."""
