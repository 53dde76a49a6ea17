"""Inspection of one prediction: states, gates and attributions, step by step."""
