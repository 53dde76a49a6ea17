"""Jobs that workers execute, one module per job."""
