"""The page Runs: the table of runs, one run in detail, imported models."""
