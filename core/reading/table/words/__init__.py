"""Words with a meaning: names of columns, missing values, booleans, parts of a split."""
