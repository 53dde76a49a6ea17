"""Recurrent networks, trained by gradient descent."""
