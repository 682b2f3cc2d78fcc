"""What every connector is built from: declared fields, streams as data, capabilities, recovery errors, conformance."""
