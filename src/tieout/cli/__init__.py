"""The command line: `tieout …`. Mounts each room's commands; loads Django only for those that need it."""

from tieout.cli.root import main

__all__ = ["main"]
