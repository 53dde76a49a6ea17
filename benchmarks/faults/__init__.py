"""Mutation tests: the share of mutants, drawn by seed and tested one at a time, that tests catch.

python -m benchmarks.faults draw FILE [--seed 1]      draw 20 faults per package
python -m benchmarks.faults run FILE RESULTS [--fast]
                                                      test each of them and append to RESULTS

A run uses a Git worktree of HEAD and leaves the checkout unchanged. It can be stopped and
restarted: mutants that have a result in RESULTS are not tested again.
"""
