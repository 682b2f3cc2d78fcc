"""The pages of processes, jobs, findings and raw records."""
