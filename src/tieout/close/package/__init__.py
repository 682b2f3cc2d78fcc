"""The close package: one content, written as a workbook and as a document, both kept by their hash and checked again."""

from tieout.close.package.building import contents
from tieout.close.package.keeping import file_of, store_files
from tieout.close.package.verifying import Check, verify

__all__ = ["Check", "contents", "file_of", "store_files", "verify"]
