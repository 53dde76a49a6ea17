"""The results of a training, which several pages show."""
