"""Who gets a worker, when, and for how long."""
