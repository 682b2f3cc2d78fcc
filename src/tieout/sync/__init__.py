"""Processes, their schedules and jobs; pages and records as fetched; findings. Knows nothing of what records mean."""
