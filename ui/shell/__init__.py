"""Frame of every page: login, style, menu, fragments, figures, widgets."""
