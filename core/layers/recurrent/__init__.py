"""Fields and networks that all recurrent layers share."""
