"""Who a visitor is: a login where the server has logins, else the browser, else this session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from runs.addresses import network_of
from ui.http.cookie import new_secret, of_cookie, secret_in, visitor_id
from ui.i18n import _, plain

THIS_MACHINE = "127.0.0.1"


@dataclass(frozen=True)
class Owner:
    """id       what the server keeps the visitor's things under; it opens nothing by itself, so
             that a copy of the database does not either
    lasting  whether the visitor will be known again in another session
    login    who is logged in, to show; None for everybody else
    """

    id: str
    lasting: bool
    login: str | None


def owner() -> Owner:
    """The visitor of this session."""
    user = st.user
    if user.get("is_logged_in"):
        # A subject is unique to its issuer; a name or an address may pass on to somebody else.
        name = user.get("name") or user.get("email") or user["sub"]
        return Owner(visitor_id("login", user["iss"], user["sub"]), lasting=True, login=str(name))
    secret = secret_in(st.context.headers.get_all("cookie"))
    if secret is not None:
        return Owner(of_cookie(secret), lasting=True, login=None)
    secret = st.session_state.setdefault("visitor_secret", new_secret())
    return Owner(visitor_id("session", secret), lasting=False, login=None)


def network() -> str:
    """Where the visitor of this session is: turns are shared by it (see
    ``runs.scheduling.fair_queue``). Behind a proxy that is trusted (FORWARDED_ALLOW_IPS),
    uvicorn has put the visitor's address in the place
    of the proxy's."""
    address = st.context.ip_address  # None on this machine itself
    is_text = isinstance(address, str)  # under Streamlit's AppTest it is a mock
    return network_of(address if is_text else THIS_MACHINE)


def sign_in_or_out() -> None:
    """Buttons to log in or out, where the server's secrets have an [auth] section."""
    if "is_logged_in" not in st.user:
        return
    name = owner().login
    if name is not None:
        st.caption(_("Logged in as {name}").format(name=plain(name)))
        st.button(_("Log out"), key="log-out", icon=":material/logout:", on_click=st.logout)
        return
    for provider in _providers():
        with_whom = _("Log in with {provider}").format(provider=plain(provider.capitalize()))
        st.button(
            with_whom if provider else _("Log in"),
            key=f"log-in-{provider}",
            icon=":material/login:",
            on_click=st.login,
            args=(provider or None,),
        )


def _providers() -> list[str]:
    """The names of the [auth.name] sections; the one in [auth] itself has the name ""."""
    auth = st.secrets["auth"]
    named = [name for name, value in auth.items() if _is_provider(value)]
    return [""] * _is_provider(auth) + named


def _is_provider(section: object) -> bool:
    return isinstance(section, Mapping) and "client_id" in section
