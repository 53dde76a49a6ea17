"""CSS rules for what no theme option reaches (Streamlit 1.67, its issue 12801)."""

from __future__ import annotations

import streamlit as st

# Streamlit marks the keyboard focus by a background that is hardly visible on links. It does not
# mark it on the link to the open page, in a multiselect, and on the main part of the page, which
# takes the focus to be scrolled.
FOCUS = """
a:focus-visible, button:focus-visible, summary:focus-visible, [role=tab]:focus-visible,
[data-tag]:focus-visible, [data-testid=stMultiSelectTagsContainer] input:focus-visible
{{ outline: 2px solid {focus} !important; outline-offset: 1px }}
main:focus-visible {{ outline: 2px solid {focus} !important; outline-offset: -2px }}
"""
# The collapsed menu would still take the focus, at eight invisible places. The button that
# collapses it, and those above a table, appear for the mouse only.
HIDDEN = """
[data-testid=stSidebar][data-collapsed=true] { visibility: hidden }
[data-testid=stSidebar]:not([data-collapsed=true]) [data-testid=stSidebarCollapseButton]
{ visibility: visible }
[data-testid=stElementToolbar]:focus-within { opacity: 1 }
"""
BADGE = """
.st-key-proof-holds button {{ color: {holds}; font-weight: 600 }}
.st-key-proof-leaks button {{ color: {fails}; font-weight: 600 }}
.st-key-proof-undecided button {{ font-weight: 600 }}
"""
# Streamlit writes white on the primary colour (see .streamlit/config.toml). White has enough
# contrast only on the darker colour under the mouse.
ON_PRIMARY = """
[data-testid^=stBaseButton-primary]:enabled:not(:hover, :active), [data-tag] > *
{ color: #0d1b26 }
"""
# On a phone the menu is collapsed: the top bar, which is fixed, shows the name of the page.
NAME = """
@media (max-width: 768px) {{
  [data-testid=stHeader] {{ background: {ground} }}
  [data-testid=stHeader]::after {{
    content: {name}; position: absolute; left: 3.75rem; right: 3.75rem; top: 0; height: 100%;
    display: flex; align-items: center; font-weight: 600; pointer-events: none;
    overflow: hidden; white-space: nowrap; text-overflow: ellipsis
  }}
}}
"""
# Each has a contrast of 4.5 : 1 on its background.
LIGHT = {"focus": "#0072b2", "holds": "#00724f", "fails": "#bf5400", "ground": "#ffffff"}
DARK = {"focus": "#7cc4f0", "holds": "#2cc295", "fails": "#ff8c42", "ground": "#12171e"}


def apply(dark: bool, name: str) -> None:
    """Add the rules to a page. Call once per page.

    Args:
        dark: The theme is dark.
        name: Name of the page in the visitor's language.
    """
    colours = DARK if dark else LIGHT
    rules = HIDDEN + (FOCUS + BADGE + NAME).format(**colours, name=_quote(name))
    rules += ON_PRIMARY if dark else ""
    st.html(f"<style>{rules}</style>")


def _quote(text: str) -> str:
    """Quote a text as a CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
