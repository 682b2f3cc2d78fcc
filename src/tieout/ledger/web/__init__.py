"""The pages that speak of postings: setting up a process, its preview, its tie-out, and every posting to its source."""
