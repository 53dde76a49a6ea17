"""Catalogues of languages other than English; ``python -m ui.locales`` updates them."""
