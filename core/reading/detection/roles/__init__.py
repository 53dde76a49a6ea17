"""Detection of the columns that are the id, the time and the split."""
