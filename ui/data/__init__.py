"""The page Data: opening files, choosing columns, reading report, stored data sets."""
