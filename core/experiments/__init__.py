"""Questions that take several trainings or many predictions: compare, cross-validation, early
prediction."""
