"""The page Runs: table of runs, one run in detail, imported models."""
