"""Construction of Keras models from recipes. Needs TensorFlow."""
