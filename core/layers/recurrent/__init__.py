"""What recurrent layers have in common."""
