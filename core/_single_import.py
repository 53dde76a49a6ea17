"""Refuse to import the library under two names in one process.

The same folder is ``core`` in a checkout of the app and ``unpadded`` where it is installed.
"""

import sys

_OTHER = "unpadded" if __package__ == "core" else "core"
if f"{_OTHER}._single_import" in sys.modules:
    raise ImportError(
        f"{_OTHER!r} is already imported, and {__package__!r} is the same library: both together "
        "would make two of every class. Import one of them only."
    )
