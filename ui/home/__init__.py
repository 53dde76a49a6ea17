"""The home page: pictures of the reference example."""
