"""Session of one visitor: open data, stored workspace, and requests to a model."""
