"""What happens inside a network while it reads one sequence: states, gates, attributions."""
