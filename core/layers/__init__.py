"""Kinds of layers, a folder for each: its declaration, and its network, which needs TensorFlow."""
