"""The page Compare: what varies, and what can be concluded."""
