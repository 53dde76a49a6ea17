"""The padding check: measure whether padding changes a prediction, a gradient or an update."""
