"""A believable site over the local sandboxes: the mappings that fit the seeded company, and the run that shows them."""
