"""The close package: one content, written as a workbook and as a document with the same bytes for the same content."""
