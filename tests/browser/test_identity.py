"""Identity of a visitor in real Chromium.

Tests the cookie on the app itself, and the owner on a test page that shows it.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler

import pytest
import requests
from playwright.sync_api import expect

from runs.store import Store
from tests.support.browser import ROOT, SECONDS
from tests.support.other_site import serve_other_site
from tests.support.ports import find_free_port
from tests.support.streamlit_client import Visitor
from ui.http.visitor_cookie import MAX_AGE, NAME, generate_secret, get_browser_id

OWNER_PAGE = """
import json
from dataclasses import asdict
from types import SimpleNamespace

import streamlit as st
from starlette.middleware import Middleware

from runs.settings import Settings
from runs.store import Store
from ui import backend
from ui.http.visitor_cookie import VisitorCookie
from ui.shell.auth import identify_owner, show_login

# No workers, which this page does not need.
backend.get_runs = st.cache_resource(
    lambda: SimpleNamespace(store=Store.from_settings(Settings.from_environment()))
)

if __name__ == "__main__":
    st.text(json.dumps(asdict(identify_owner())))
    show_login()
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


@contextlib.contextmanager
def start_server(module, *arguments, answers_at, **options):
    """Run a server in a separate process, after waiting for its first response."""
    server = subprocess.Popen([sys.executable, "-m", module, *arguments], **options)
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
def serve_owner_page(folder, provider=None, base=""):
    """Serve the page that shows the owner; yields its address."""
    port = find_free_port()
    for name in ("start.py", "pages/Deep.py", ".streamlit/secrets.toml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(OWNER_PAGE if name.endswith(".py") else "")
    if provider:
        secrets = SECRETS.format(port=port, provider=provider)
        (folder / ".streamlit/secrets.toml").write_text(secrets)
    options = {"port": port, "address": "127.0.0.1", "headless": "true", "baseUrlPath": base}
    arguments = [f"--server.{name}={value}" for name, value in options.items()]
    address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    with start_server(
        *("streamlit", "run", "start.py", *arguments),
        answers_at=f"{address}/_stcore/health",
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "UNPADDED_DATA": str(folder)},
    ):
        yield address


@pytest.fixture(scope="module")
def provider():
    """A real login provider (OpenID Connect) that accepts any user name."""
    port, users = find_free_port(), []
    for sub, name in NAMES.items():
        users += ["--user-claims", json.dumps({"sub": sub, "name": name})]
    address = f"http://127.0.0.1:{port}"
    with start_server("oidc_provider_mock", "--port", str(port), *users, answers_at=address):
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("who")


@pytest.fixture(scope="module")
def says_who(folder):
    """The page under a base path; the one with logins is at the root."""
    with serve_owner_page(folder, base="deep/down") as address:
        yield address


@pytest.fixture(scope="module")
def with_logins(tmp_path_factory, provider):
    with serve_owner_page(tmp_path_factory.mktemp("logins"), provider) as address:
        yield address


@pytest.fixture
def browser(chromium):
    """Open contexts, each with its own cookies and cache, like another visitor's browser."""
    contexts = []

    def open_context():
        contexts.append(chromium.new_context())
        contexts[-1].set_default_timeout(SECONDS * 1000)
        return contexts[-1]

    yield open_context
    for context in contexts:
        context.close()


def get_cookie(context, address: str) -> dict | None:
    cookies = [cookie for cookie in context.cookies(address) if cookie["name"] == NAME]
    assert len(cookies) <= 1
    return cookies[0] if cookies else None


def read_owner(place) -> dict:
    """Read the owner that a page or frame shows."""
    return json.loads(place.get_by_test_id("stText").text_content())


def get_owner(context, address: str) -> dict:
    """Open the page in a new tab; returns the owner that it shows."""
    page = context.new_page()
    page.goto(address)
    owner = read_owner(page)
    page.close()
    return owner


def get_owner_of_cookies(context, address: str, path: str = "/") -> dict:
    """Open the page without a browser, but with the cookies of one; returns the owner."""
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies(f"{address}{path}")}
    with Visitor(address, cookies) as visitor:
        visitor.open(path)
        return json.loads(visitor.find("text").value)


# The cookie, on the app itself


def test_the_first_visit_to_any_page_sets_another_cookie(browser, address):
    context = browser()
    page = context.new_page()
    page.goto(f"{address}/Mask")
    cookie = get_cookie(context, address)
    assert cookie["httpOnly"]
    assert (cookie["sameSite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "127.0.0.1")
    assert cookie["expires"] == pytest.approx(time.time() + MAX_AGE, abs=60)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert NAME not in page.evaluate("document.cookie")
    assert cookie["value"] not in page.content()
    assert get_cookie(context, address)["value"] == cookie["value"]

    values = {cookie["value"]}
    for name in ("", "Data", "Mask", "Train", "Predict"):
        response = requests.get(f"{address}/{name}", headers={"Accept": "text/html"})
        attributes = f"; Max-Age={MAX_AGE}; Path=/; HttpOnly; SameSite=Lax"
        assert response.headers["Set-Cookie"].endswith(attributes)
        values.add(response.cookies[NAME])
    assert len(values) == 6


def test_every_visit_renews_the_cookie_even_for_a_cached_page(browser, address):
    context = browser()
    page = context.new_page()
    page.goto(address)
    first = get_cookie(context, address)
    page.wait_for_timeout(1100)
    with page.expect_response(lambda response: response.request.is_navigation_request()) as loaded:
        page.reload()
    assert "if-none-match" in loaded.value.request.all_headers()  # so the response was a 304
    second = get_cookie(context, address)
    assert second["value"] == first["value"]
    assert second["expires"] >= first["expires"] + 1


# The owner


def test_a_visitor_is_recognised_after_the_first_visit_but_not_by_a_copied_link(browser, says_who):
    context, somebody_else = browser(), browser()
    page = context.new_page()
    page.goto(says_who)
    first = read_owner(page)
    assert first["id"].startswith("cookie:")
    assert first["lasting"]
    assert get_cookie(context, says_who)["value"] not in first["id"]
    page.reload()
    assert read_owner(page) == first
    assert get_owner_of_cookies(context, says_who) == first  # in a second tab
    assert get_owner(context, f"{says_who}/Deep") == first

    cold = get_owner(somebody_else, f"{says_who}/Deep")  # the first page of a first visit
    assert cold["lasting"]
    assert cold["id"] != first["id"]
    assert get_owner_of_cookies(somebody_else, says_who) == cold


def test_a_browser_without_cookies_but_with_a_cache_is_a_new_visitor(browser, says_who):
    context = browser()
    first = get_owner(context, says_who)
    context.clear_cookies()
    second = get_owner(context, says_who)
    assert second["lasting"]
    assert second["id"] != first["id"]
    assert get_owner_of_cookies(context, says_who) == second


def test_an_unsigned_cookie_is_replaced_but_an_invented_one_is_not(browser, says_who, folder):
    secrets = [generate_secret(), generate_secret()]
    store = Store(f"sqlite:///{folder / 'unpadded.sqlite3'}")
    store.visitors.record_visit(get_browser_id(secrets[0]), lasting=False)
    store.close()
    contexts = browser(), browser()
    for context, secret in zip(contexts, secrets, strict=True):
        context.add_cookies([{"name": NAME, "value": secret, "url": f"{says_who}/"}])
    known, invented = contexts
    tabs = [known.new_page() for _ in range(3)]
    for tab in tabs:  # all at once, as a browser does that starts again
        tab.goto(says_who, wait_until="commit")
    assert {read_owner(tab)["id"] for tab in tabs} == {get_browser_id(secrets[0])}
    assert get_cookie(known, says_who)["value"].startswith(f"{secrets[0]}.")
    assert get_owner(invented, says_who)["id"] != get_browser_id(secrets[1])
    assert secrets[1] not in get_cookie(invented, says_who)["value"]


def test_another_site_cannot_act_as_the_visitor(browser, says_who):
    """Such a page is sent no cookie, which protects the visitor.

    Streamlit lets every page of a "localhost" open its websocket, whatever the server's own name.
    """
    context = browser()
    first = get_owner(context, says_who)
    frame = f'<iframe src="{says_who}"></iframe>'.encode()

    class OtherSite(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame)

        def log_message(self, *_):
            pass

    page = context.new_page()
    with serve_other_site(OtherSite) as port:
        page.goto(f"http://localhost:{port}")
        seen = read_owner(page.frame_locator("iframe"))
    assert seen["id"] != first["id"]
    assert not seen["lasting"]
    assert get_owner_of_cookies(context, says_who) == first


# Logins


def log_in(page, name: str) -> dict:
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_text(f"Logged in as {NAMES[name]}")).to_be_visible()
    return read_owner(page)


def test_a_login_is_the_same_owner_in_every_browser_until_the_logout(browser, with_logins):
    context, elsewhere = browser(), browser()
    page = context.new_page()
    page.goto(with_logins)
    anonymous = read_owner(page)
    assert anonymous["id"].startswith("cookie:")
    ann = log_in(page, "ann")
    assert ann["id"].startswith("login:")
    assert (ann["lasting"], ann["login"]) == (True, NAMES["ann"])
    assert get_owner_of_cookies(context, with_logins, "/Deep") == ann

    page_elsewhere = elsewhere.new_page()
    page_elsewhere.goto(with_logins)
    assert read_owner(page_elsewhere)["id"] != anonymous["id"]
    assert log_in(page_elsewhere, "ann") == ann

    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="End session").click()  # the provider asks
    page.get_by_role("button", name="Log in").wait_for()
    assert read_owner(page) == anonymous
    assert log_in(page, "bob")["id"] not in (ann["id"], anonymous["id"])
    assert get_owner_of_cookies(elsewhere, with_logins) == ann
