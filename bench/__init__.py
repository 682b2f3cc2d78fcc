"""The figures of Tieout, measured against honest peers in the same run on the same machine: `python -m bench`."""
