"""Files that are copied into an exported ZIP unchanged."""
