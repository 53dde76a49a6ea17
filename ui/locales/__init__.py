"""The catalogues of other languages than English; ``python -m ui.locales`` brings them up to
date."""
