"""Stories of closed months."""
