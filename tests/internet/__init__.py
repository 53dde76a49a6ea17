"""Tests that ask the internet; ``python3 run.py test --internet`` runs these alone."""
