"""The page Compare: form and result of a comparison of recipes."""
