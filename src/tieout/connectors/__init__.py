"""One folder per vendor and the kit they are built from. No Django, no database: plain values in and out over HTTP."""
