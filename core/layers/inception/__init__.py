"""The Inception block."""
