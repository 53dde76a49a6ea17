"""Measure how many faults the tests catch: mutants drawn by seed, applied one at a time.

python -m benchmarks.faults draw FILE [--seed 1]      draw 20 faults per package
python -m benchmarks.faults run FILE RESULTS [--fast]
                                                      test each of them, and append to RESULTS

A run works in a Git worktree of HEAD, so the checkout stays as it is, and can be stopped and
repeated: what RESULTS has is not tested again.
"""
