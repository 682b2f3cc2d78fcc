"""Stories of the pages of processes, jobs, findings, mappings and postings."""
