"""Who a visitor is to the server, seen through real Chromium: the cookie on the app itself, and
the owner on a page of our own, which says it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from runs.store import Store
from tests.browser.conftest import ROOT, SECONDS
from ui.http.cookie import MAX_AGE, NAME, new_secret, of_cookie

SAYS_WHO = """
import json
from dataclasses import asdict
from types import SimpleNamespace

import streamlit as st
from starlette.middleware import Middleware

from runs.settings import Settings
from runs.store import Store
from ui import server
from ui.http.cookie import VisitorCookie
from ui.shell.auth import owner, sign_in_or_out

# Without workers, which a page that says who does not need
server.runs = st.cache_resource(
    lambda: SimpleNamespace(store=Store.of(Settings.from_environment()))
)

if __name__ == "__main__":
    st.text(json.dumps(asdict(owner())))
    sign_in_or_out()
else:
    app = st.App(__file__, middleware=[Middleware(VisitorCookie)])
"""
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a long secret, since a short one is complained of"
client_id = "unpadded"
client_secret = "told to the provider"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
NAMES = {"ann": "Ann **of** <i>Unpadded</i>", "bob": "Bob"}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def started(module, *arguments, answers_at, **where):
    """A server in a process of its own, from its first answer on."""
    server = subprocess.Popen([sys.executable, "-m", module, *arguments], **where)
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            try:
                urllib.request.urlopen(answers_at).close()
                break
            except OSError:
                assert server.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.2)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextlib.contextmanager
def served(folder, provider=None, base=""):
    """The address of a server of the page that says who."""
    port = free_port()
    for name in ("start.py", "pages/Deep.py", ".streamlit/secrets.toml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(SAYS_WHO if name.endswith(".py") else "")
    if provider:
        secrets = SECRETS.format(port=port, provider=provider)
        (folder / ".streamlit/secrets.toml").write_text(secrets)
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "baseUrlPath": base}
    arguments = [f"--server.{name}={value}" for name, value in options.items()]
    address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    with started(
        *("streamlit", "run", "start.py", *arguments),
        answers_at=f"{address}/_stcore/health",
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "UNPADDED_DATA": str(folder)},
    ):
        yield address


@pytest.fixture(scope="module")
def provider():
    """A real provider of logins (OpenID Connect), which believes whatever name one types."""
    port, users = free_port(), []
    for sub, name in NAMES.items():
        users += ["--user-claims", json.dumps({"sub": sub, "name": name})]
    address = f"http://127.0.0.1:{port}"
    with started("oidc_provider_mock", "--port", str(port), *users, answers_at=address):
        yield address


@pytest.fixture(scope="module")
def says_who(tmp_path_factory):
    with served(tmp_path_factory.mktemp("who")) as address:
        yield address


@pytest.fixture(scope="module")
def with_logins(tmp_path_factory, provider):
    with served(tmp_path_factory.mktemp("logins"), provider) as address:
        yield address


@pytest.fixture
def browser(chromium):
    """Opens contexts, each with cookies and a cache of its own, like somebody else's browser."""
    contexts = []

    def opened():
        contexts.append(chromium.new_context())
        contexts[-1].set_default_timeout(SECONDS * 1000)
        return contexts[-1]

    yield opened
    for context in contexts:
        context.close()


def cookie_of(context, address: str) -> dict | None:
    found = [cookie for cookie in context.cookies(address) if cookie["name"] == NAME]
    assert len(found) <= 1
    return found[0] if found else None


def said(place) -> dict:
    """The owner that a page or frame says its visitor is."""
    return json.loads(place.get_by_test_id("stText").text_content())


def who(context, address: str) -> dict:
    page = context.new_page()
    page.goto(address)
    owner = said(page)
    page.close()
    return owner


# The cookie, on the app itself


@pytest.mark.parametrize("name", ["", "Data", "Mask", "Train", "Predict"])
def test_the_first_visit_brings_the_cookie_on_every_page(browser, address, name):
    context = browser()
    page = context.new_page()
    page.goto(f"{address}/{name}")
    cookie = cookie_of(context, address)
    assert cookie["httpOnly"]
    assert (cookie["sameSite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "127.0.0.1")
    assert cookie["expires"] == pytest.approx(time.time() + MAX_AGE, abs=60)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert NAME not in page.evaluate("document.cookie")
    assert cookie["value"] not in page.content()
    assert cookie_of(context, address)["value"] == cookie["value"]


def test_somebody_elses_browser_has_another(browser, address):
    seen = set()
    for context in (browser(), browser()):
        context.new_page().goto(address)
        seen.add(cookie_of(context, address)["value"])
    assert len(seen) == 2


def test_every_visit_renews_it_also_when_the_page_is_in_the_browsers_cache(browser, address):
    context = browser()
    page = context.new_page()
    page.goto(address)
    first = cookie_of(context, address)
    page.wait_for_timeout(1100)
    with page.expect_response(lambda response: response.request.is_navigation_request()) as loaded:
        page.reload()
    assert "if-none-match" in loaded.value.request.all_headers()  # so that 304 was the answer
    second = cookie_of(context, address)
    assert second["value"] == first["value"]
    assert second["expires"] >= first["expires"] + 1


# The owner


def test_a_visitor_is_known_from_the_first_visit_on_and_with_a_copied_link_is_not(
    browser, says_who
):
    context, somebody_else = browser(), browser()
    page = context.new_page()
    page.goto(says_who)
    first = said(page)
    assert first["id"].startswith("cookie:")
    assert first["lasting"]
    assert cookie_of(context, says_who)["value"] not in first["id"]
    page.reload()
    assert said(page) == first
    assert who(context, says_who) == first  # in a second tab
    assert who(context, f"{says_who}/Deep") == first

    cold = who(somebody_else, f"{says_who}/Deep")  # the first page of a first visit
    assert cold["lasting"]
    assert cold["id"] != first["id"]
    assert who(somebody_else, says_who) == cold


def test_who_deletes_cookies_and_not_the_cache_is_somebody_new_and_known_again(browser, says_who):
    context = browser()
    first = who(context, says_who)
    context.clear_cookies()
    second = who(context, says_who)
    assert second["lasting"]
    assert second["id"] != first["id"]
    assert who(context, says_who) == second


def test_the_cookie_holds_under_a_base_path_too(browser, tmp_path):
    with served(tmp_path, base="deep/down") as address:
        context = browser()
        first = who(context, address)
        assert first["lasting"]
        assert who(context, f"{address}/Deep") == first


def test_a_cookie_of_before_there_were_signatures_is_replaced_and_an_invented_one_not(
    browser, tmp_path
):
    secrets = [new_secret(), new_secret()]
    store = Store(f"sqlite:///{tmp_path / 'unpadded.sqlite3'}")
    store.visitors.welcome(of_cookie(secrets[0]), lasting=False)
    store.close()
    with served(tmp_path) as address:
        contexts = browser(), browser()
        for context, secret in zip(contexts, secrets, strict=True):
            context.add_cookies([{"name": NAME, "value": secret, "url": address}])
        known, invented = contexts
        tabs = [known.new_page() for _ in range(3)]
        for tab in tabs:  # all at once, as a browser does that starts again
            tab.goto(address, wait_until="commit")
        assert {said(tab)["id"] for tab in tabs} == {of_cookie(secrets[0])}
        assert cookie_of(known, address)["value"].startswith(f"{secrets[0]}.")
        assert who(invented, address)["id"] != of_cookie(secrets[1])
        assert secrets[1] not in cookie_of(invented, address)["value"]


def test_another_site_cannot_act_as_the_visitor(browser, says_who):
    """Streamlit lets every page of a "localhost" open its websocket, whatever the server's own
    name is; what protects the visitor is that such a page is sent no cookie."""
    context = browser()
    first = who(context, says_who)
    frame = f'<iframe src="{says_who}"></iframe>'.encode()

    class OtherSite(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame)

        def log_message(self, *_):
            pass

    other = ThreadingHTTPServer(("127.0.0.1", 0), OtherSite)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    page = context.new_page()
    page.goto(f"http://localhost:{other.server_port}")
    seen = said(page.frame_locator("iframe"))
    other.shutdown()
    assert seen["id"] != first["id"]
    assert not seen["lasting"]
    assert who(context, says_who) == first


# Logins


def log_in(page, name: str) -> dict:
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text(f"Logged in as {NAMES[name]}")).to_be_visible()
    return said(page)


def test_a_login_is_the_same_owner_in_every_browser_until_the_logout(browser, with_logins):
    context, elsewhere = browser(), browser()
    page = context.new_page()
    page.goto(with_logins)
    anonymous = said(page)
    assert anonymous["id"].startswith("cookie:")
    ann = log_in(page, "ann")
    assert ann["id"].startswith("login:")
    assert (ann["lasting"], ann["login"]) == (True, NAMES["ann"])
    assert who(context, f"{with_logins}/Deep") == ann

    page_elsewhere = elsewhere.new_page()
    page_elsewhere.goto(with_logins)
    assert said(page_elsewhere)["id"] != anonymous["id"]
    assert log_in(page_elsewhere, "ann") == ann

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="End session").click()  # the provider asks
    page.get_by_role("button", name="Log in").wait_for()
    assert said(page) == anonymous
    assert log_in(page, "bob")["id"] not in (ann["id"], anonymous["id"])
    assert who(elsewhere, with_logins) == ann
