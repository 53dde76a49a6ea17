"""What no option of the theme reaches (Streamlit 1.67, its issue 12801), in a few rules of CSS."""

from __future__ import annotations

import streamlit as st

# Streamlit shows where the keyboard is by a background that hardly differs on links, and not at all
# on the link to the open page, in a choice of several and on the main part of the page, which is to
# be reached to scroll it.
FOCUS = """
a:focus-visible, button:focus-visible, summary:focus-visible, [role=tab]:focus-visible,
[data-tag]:focus-visible, [data-testid=stMultiSelectTagsContainer] input:focus-visible
{{ outline: 2px solid {focus} !important; outline-offset: 1px }}
main:focus-visible {{ outline: 2px solid {focus} !important; outline-offset: -2px }}
"""
# Pushed out of the window, the menu would still take the keyboard, at eight places nobody sees; the
# button that does that, and those above a table, show up for the mouse alone.
HIDDEN = """
[data-testid=stSidebar][data-collapsed=true] { visibility: hidden }
[data-testid=stSidebar]:not([data-collapsed=true]) [data-testid=stSidebarCollapseButton]
{ visibility: visible }
[data-testid=stElementToolbar]:focus-within { opacity: 1 }
"""
BADGE = """
.st-key-proof-holds button {{ color: {holds}; font-weight: 600 }}
.st-key-proof-fails button {{ color: {fails}; font-weight: 600 }}
"""
# Streamlit writes white on the primary colour (see .streamlit/config.toml); under the mouse it is
# darker, and white is right.
ON_PRIMARY = """
[data-testid^=stBaseButton-primary]:enabled:not(:hover, :active), [data-tag] > *
{ color: #0d1b26 }
"""
# On a phone the menu is folded away: the top bar, which stays while the page scrolls, has its name.
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
# Each 4.5 : 1 on its ground.
LIGHT = {"focus": "#0072b2", "holds": "#00724f", "fails": "#bf5400", "ground": "#ffffff"}
DARK = {"focus": "#7cc4f0", "holds": "#2cc295", "fails": "#ff8c42", "ground": "#12171e"}


def apply(dark: bool, name: str) -> None:
    """Call once per page, with its name in the visitor's language."""
    colours = DARK if dark else LIGHT
    rules = HIDDEN + (FOCUS + BADGE + NAME).format(**colours, name=_quoted(name))
    rules += ON_PRIMARY if dark else ""
    st.html(f"<style>{rules}</style>")


def _quoted(text: str) -> str:
    """A text as a string of CSS."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
