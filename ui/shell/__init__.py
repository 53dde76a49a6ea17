"""The frame of every page: language, style, fragments, plots, widgets, the server's services."""
