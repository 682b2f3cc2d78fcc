"""The pages of connections: list, wizard, detail with the result of the last test, edit, remove."""
