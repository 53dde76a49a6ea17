"""From a recipe to a Keras model. Needs TensorFlow."""
