"""Cases that are not read as they should be yet, per reason."""

TARGET_WORDS = ("n.a.", "-", "TBD", "#DIV/0!", "<0.5", "pending", "N/A", "unknown")
FOREIGN_WORDS = ("ausstehend", "s/d", "待定")
BY_REASON = {
    "rows without a target are refused, not left out": (
        *(f"targets: {word} among decimal targets" for word in (*TARGET_WORDS, *FOREIGN_WORDS)),
        *(f"targets: {word} among counts" for word in ("n.a.", "pending", "#DIV/0!")),
        "targets: two words among the targets of a wide table",
    ),
    "missing values are refused": (
        "ends: missing values",
        "ends: more than a fifth missing in a long table",
        "ends: missing values inside the rows of a wide table",
        "ends: more than a fifth missing in a wide table",
        "formats: numeric ARFF",
        "python_objects: masked cells are missing",
    ),
    "cells that are not numbers are refused": ("ends: words among the values",),
}
KNOWN = {name: reason for reason, names in BY_REASON.items() for name in names}
