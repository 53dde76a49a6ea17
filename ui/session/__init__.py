"""What one visitor has open, what the server remembers of it, and requests to a model."""
