"""The `berdaya` command's parts, one file per kind of work."""
