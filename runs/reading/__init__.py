"""Files from strangers, read in processes that nothing else depends on: ``guard`` keeps them and
their limits, ``child`` is what runs in them, and ``jobs`` are the functions it runs."""
