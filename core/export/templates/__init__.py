"""Files that are copied into an exported ZIP, and the template of its training script."""
