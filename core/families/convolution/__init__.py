"""Convolutional networks, trained by gradient descent."""
