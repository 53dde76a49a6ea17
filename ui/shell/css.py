"""CSS rules for what no theme option reaches (Streamlit 1.67, its issue 12801)."""

from __future__ import annotations

import streamlit as st

from core.i18n import N_
from ui.i18n import _

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
# A touch leaves the buttons above a figure there, over its labels.
TOUCH = """
@media (hover: none) { .modebar-container { display: none } }
"""
BADGE = """
.st-key-proof-holds button {{ color: {holds}; font-weight: 600 }}
.st-key-proof-leaks button {{ color: {fails}; font-weight: 600 }}
.st-key-proof-undecided button {{ font-weight: 600 }}
"""
# Buttons that delete have keys that begin with "delete".
DELETION = """
[class*=st-key-delete] button:enabled
{{ background: {danger}; border-color: {danger}; color: {on_danger} }}
[class*=st-key-delete] button:enabled:hover {{ opacity: 0.85 }}
"""
# A link to another run is a link to the open page, which Streamlit highlights.
RUN_LINKS = """
.st-key-run-list [data-testid=stPageLink-NavLink]:not(:hover, :focus-visible)
{ background: transparent }
.st-key-run-list [data-testid=stPageLink-NavLink] p { margin: 0; font-weight: 400 }
.st-key-run-list [data-testid=stPageLink-NavLink] p strong { font-weight: 600 }
.st-key-run-list [data-testid=stPageLink-NavLink] * { white-space: normal }
.st-key-run-list [class*=st-key-entry-] { flex-wrap: nowrap }
.st-key-run-list [class*=st-key-entry-] > :last-child { min-width: 0 }
"""
# A page is printed without the menu; if its model card is open, only the card.
PRINT = """
@media print {
  [data-testid=stSidebar], [data-testid=stHeader] { display: none }
  body:has(.st-key-model-card) [data-testid=stVerticalBlock] >
  :not(:has(.st-key-model-card), .st-key-model-card, .st-key-model-card *) { display: none }
}
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
# Streamlit's uploader has fixed English words (its issue 13500). The text replaces them in the
# accessible name as well, because it belongs to an element that is visible. English keeps the
# button's own word, because some tools for screen readers do not know text of a style sheet.
UPLOAD = N_("Upload")
UPLOAD_BUTTON = """
[data-testid=stFileUploaderDropzone] button p {{ display: none }}
[data-testid=stFileUploaderDropzone] button [data-testid=stMarkdownContainer]::after
{{ content: {upload} }}
"""
UPLOADER = """
[data-testid=stFileUploaderDropzoneInstructions] span {{ display: none }}
[data-testid=stFileUploaderDropzoneInstructions] > div::after
{{ content: {limit}; font-size: 0.875rem }}
"""
# Each has a contrast of 4.5 : 1 on its background.
LIGHT = {
    "focus": "#0072b2",
    "holds": "#00724f",
    "fails": "#bf5400",
    "ground": "#ffffff",
    "danger": "#c62828",
    "on_danger": "#ffffff",
}
DARK = {
    "focus": "#7cc4f0",
    "holds": "#2cc295",
    "fails": "#ff8c42",
    "ground": "#12171e",
    "danger": "#ff8a80",
    "on_danger": "#12171e",
}


def apply(dark: bool, name: str) -> None:
    """Add the rules to a page. Call once per page.

    Args:
        dark: The theme is dark.
        name: Name of the page in the visitor's language.
    """
    colours = DARK if dark else LIGHT
    most = st.get_option("server.maxUploadSize")
    words = {
        "name": _quote(name),
        "upload": _quote(_(UPLOAD)),
        "limit": _quote(_("up to {n:,} MB per file").format(n=most)),
    }
    coloured = FOCUS + BADGE + DELETION + NAME + UPLOADER
    if _(UPLOAD) != UPLOAD:
        coloured += UPLOAD_BUTTON
    rules = HIDDEN + TOUCH + RUN_LINKS + PRINT + coloured.format(**colours, **words)
    rules += ON_PRIMARY if dark else ""
    st.html(f"<style>{rules}</style>")


def _quote(text: str) -> str:
    """Quote a text as a CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
