"""The page Train: the recipe, its cost, and the progress of a training."""
