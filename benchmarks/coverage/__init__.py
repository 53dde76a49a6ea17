"""Coverage of confidence intervals, simulated: ``python -m benchmarks coverage``."""
