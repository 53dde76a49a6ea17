"""Reading of uploaded files in separate processes that nothing else depends on.

``guard`` manages the processes and their limits, ``child`` runs in them, and ``jobs`` contains the
functions they execute.
"""
