"""The padding check: measures that padding never changes a prediction, gradient or update."""
