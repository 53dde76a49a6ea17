"""The page Data: open a file, choose its columns, see what was read, delete data sets."""
