"""The page Train: recipe form, cost estimate and progress of a run."""
