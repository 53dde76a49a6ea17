"""Results of a training run, which several pages show."""
