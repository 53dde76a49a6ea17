"""What workers execute, one module per job."""
