"""Files that are copied into an exported ZIP as they are."""
