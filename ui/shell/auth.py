"""Identity of a visitor: a login if the server has logins, else the browser, else the session."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from runs.addresses import get_network
from ui.http.visitor_cookie import find_secret, generate_secret, get_browser_id, make_visitor_id
from ui.i18n import _, escape_markdown
from ui.session.state import Owner

THIS_MACHINE = "127.0.0.1"


def identify_owner() -> Owner:
    """Identify the visitor of this session."""
    user = st.user
    if user.get("is_logged_in"):
        # A subject is unique to its issuer; a name or e-mail address may be reassigned.
        name = user.get("name") or user.get("email") or user["sub"]
        return Owner(
            make_visitor_id("login", str(user["iss"]), str(user["sub"])),
            lasting=True,
            login=str(name),
        )
    secret = find_secret(st.context.headers.get_all("cookie"))
    if secret is not None:
        return Owner(get_browser_id(secret), lasting=True, login=None)
    secret = st.session_state.setdefault("visitor_secret", generate_secret())
    return Owner(make_visitor_id("session", secret), lasting=False, login=None)


def get_visitor_network() -> str:
    """Return the network of the visitor of this session, by which turns are shared.

    See ``runs.scheduling.fair_queue``. Behind a trusted proxy (FORWARDED_ALLOW_IPS), uvicorn has
    replaced the proxy's address by the visitor's.
    """
    address = st.context.ip_address  # None for a browser on this machine
    # It is a mock under Streamlit's AppTest.
    return get_network(address if isinstance(address, str) else THIS_MACHINE)


def show_login() -> None:
    """Show buttons to log in or out, if the server's secrets have an [auth] section."""
    if "is_logged_in" not in st.user:
        return
    name = identify_owner().login
    if name is not None:
        st.caption(_("Logged in as {name}").format(name=escape_markdown(name)))
        st.button(_("Log out"), key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    for provider in _list_providers():
        label = _("Log in with {provider}").format(provider=escape_markdown(provider.capitalize()))
        st.button(
            label if provider else _("Log in"),
            key=f"log-in-{provider}",
            icon=":material/login:",
            on_click=st.login,
            args=(provider or None,),
        )


def _list_providers() -> list[str]:
    """List the names of the [auth.name] sections; the provider in [auth] itself has the name ""."""
    auth = st.secrets["auth"]
    names = [name for name, value in auth.items() if _is_provider(value)]
    return [""] * _is_provider(auth) + names


def _is_provider(section: object) -> bool:
    return isinstance(section, Mapping) and "client_id" in section
