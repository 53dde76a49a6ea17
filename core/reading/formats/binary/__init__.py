"""Binary formats of tables."""
