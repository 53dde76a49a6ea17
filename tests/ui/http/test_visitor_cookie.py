import asyncio
import time
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from streamlit.testing.v1 import AppTest

from runs.store import Store, StoreError
from runs.store.cookies import GRACE_SECONDS
from ui import backend
from ui.http import visitor_cookie
from ui.http.visitor_cookie import (
    AT_ROOT,
    BELOW_ROOT,
    MAX_AGE,
    NAME,
    VisitorCookie,
    generate_secret,
    get_browser_id,
    sign,
)

SECRET = "-".join(["sixteen_letters_"] * 2) + "ten_of_32b"
OTHER = SECRET[::-1]
BROWSER = (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")
HTTPS = (b"x-forwarded-proto", b"https")


@pytest.fixture(autouse=True, scope="module")
def store(tmp_path_factory):
    """A store without workers."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/db")
    visitor_cookie.read_key.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "get_store", lambda: store)
        yield store
    visitor_cookie.read_key.cache_clear()
    store.close()


def sign_secret(secret: str) -> str:
    """Sign a secret as this server does; returns the cookie's value."""
    return sign(secret, visitor_cookie.read_key())


# The middleware in front of Streamlit


async def echo(websocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())


BEHIND = Starlette(
    routes=[
        Route("/", lambda request: HTMLResponse("a page"), methods=["GET", "POST"]),
        Route("/same", lambda request: Response(status_code=304)),
        Route("/asset", lambda request: PlainTextResponse("a script", media_type="text/js")),
        WebSocketRoute("/stream", echo),
    ],
)
IN_FRONT = VisitorCookie(BEHIND)


def call_app(app, receives=(), path="/", headers=(BROWSER,), **scope) -> list:
    """Send a request with raw headers to an ASGI application; returns its messages."""
    scope_ = {"type": "http", "method": "GET", "scheme": "http", "path": path} | scope
    scope_ |= {"query_string": b"", "headers": list(headers)}
    receives, sent = iter(receives), []

    async def receive():
        return next(receives)

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope_, receive, send))
    return sent


def get_set_cookies(answer) -> list[str]:
    headers = answer[0]["headers"]
    return [value.decode() for name, value in headers if name.lower() == b"set-cookie"]


def load_all(*cookies: str, headers=(), **request) -> list[str]:
    """Load a page; returns the cookies that its response sets."""
    headers = [BROWSER, *headers, *((b"cookie", each.encode()) for each in cookies)]
    return get_set_cookies(call_app(IN_FRONT, headers=headers, **request))


def load(*cookies: str, **request) -> str:
    """Load a page; returns the only cookie that its response sets."""
    (only,) = load_all(*cookies, **request)
    return only


def get_secret(cookie: str) -> str | None:
    """Return the secret in a Set-Cookie header."""
    return visitor_cookie.find_secret([cookie.split(";")[0]])


def test_loading_a_page_sets_a_secret_that_no_script_and_no_other_site_can_use():
    cookie = load()
    assert get_secret(cookie) is not None
    assert cookie.split("; ")[1:] == [f"Max-Age={MAX_AGE}", "Path=/", "HttpOnly", "SameSite=Lax"]


def test_every_visitor_gets_another_secret():
    assert len({get_secret(load()) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "cookies",
    [
        [f"{NAME}={{}}"],
        [f"theme=dark; {NAME}={{}}; _streamlit_xsrf=2|a|b|c"],
        ["theme=dark", f"{NAME}={{}}"],  # HTTP/2 may send one header a cookie
        [f"{NAME}={{}}", "broken; =;;; é=\0"],
        [f"{NAME}={{}}; {NAME}={SECRET}.{SECRET}"],  # a server's at the path above this one's
    ],
)
def test_a_visitor_with_a_secret_keeps_it_for_another_400_days(cookies):
    renewed = load(*(each.replace("{}", sign_secret(SECRET)) for each in cookies))
    assert get_secret(renewed) == SECRET
    assert f"Max-Age={MAX_AGE}" in renewed


FORGED = {
    "nothing": lambda: "",
    "a word": lambda: "x",
    "a secret without a signature": lambda: SECRET,
    "one with another key": lambda: sign(SECRET, b"another"),
    "one with the signature of another secret": lambda: sign_secret(OTHER).replace(OTHER, SECRET),
    "a shorter secret": lambda: sign_secret(SECRET[:-1]),
    "a longer signature": lambda: sign_secret(SECRET) + "A",
    "another letter": lambda: sign_secret(SECRET)[:-1] + "é",
    "another last bit": lambda: sign_secret(SECRET)[:-1] + chr(ord(sign_secret(SECRET)[-1]) + 1),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_cookie_that_the_server_never_issued_is_replaced(forge):
    assert get_secret(load(f"{NAME}={forge()}")) not in (None, SECRET, OTHER)
    assert visitor_cookie.find_secret([f"{NAME}={forge()}"]) is None


@given(
    some.lists(
        some.text("unpadded_visitor=;, \"'\\~.7é", max_size=80)
        | some.sampled_from([SECRET, "{}", "{}~{}", f"{SECRET}.{SECRET}~{{}}"]).map(
            f"{NAME}={{}}".format
        ),
        max_size=4,
    )
)
def test_the_page_and_its_websocket_agree_on_the_secret_for_any_cookies(cookies):
    """Otherwise a visitor with unusual cookies would be another owner on each page."""
    cookies = [each.replace("{}", sign_secret(OTHER)) for each in cookies]
    ours = get_secret(load(*cookies))
    assert ours is not None
    assert visitor_cookie.find_secret(cookies) in (ours, None)


def test_servers_on_two_ports_of_a_host_keep_each_others_visitors(monkeypatch):
    here = load()
    secret = get_secret(here)
    monkeypatch.setattr(visitor_cookie, "read_key", lambda: b"the other server's")
    both = load(here.split(";")[0])
    assert get_secret(both) not in (None, secret)
    monkeypatch.undo()
    assert get_secret(load(both.split(";")[0])) == secret


def test_a_cookie_does_not_grow_forever():
    cookie = load()
    for _ in range(10):
        others = f"{cookie.split(';')[0]}~{sign(generate_secret(), generate_secret().encode())}"
        cookie = load(others)
    assert len(cookie) < 500


# Cookies in earlier formats


def add_known_visitor(store: Store) -> str:
    """Add a visitor with a cookie of commit 3c4f589; returns its secret."""
    secret = generate_secret()
    store.visitors.record_visit(get_browser_id(secret), lasting=False)
    return secret


def test_an_unsigned_cookie_of_a_known_visitor_is_replaced_once(store, monkeypatch):
    secret = add_known_visitor(store)
    old = f"{NAME}={secret}"
    assert visitor_cookie.find_secret([old]) == secret  # a tab that was open before the upgrade
    # Ten tabs that a browser opens at once, before it has heard of the new one
    new = {load(old) for _ in range(10)}
    assert new == {load(f"{NAME}={sign_secret(secret)}")}
    assert visitor_cookie.find_secret([old]) == secret
    later = time.time() + GRACE_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert get_secret(load(old)) != secret
    assert visitor_cookie.find_secret([old]) is None
    assert get_secret(new.pop()) == secret


def test_deleting_the_visitor_invalidates_the_old_cookie(store):
    secret = add_known_visitor(store)
    load(f"{NAME}={secret}")
    store.visitors.delete(get_browser_id(secret))
    assert get_secret(load(f"{NAME}={secret}")) != secret


def test_behind_https_only_the_host_itself_can_set_the_cookie():
    cookie = load(headers=[HTTPS])
    assert cookie.startswith(f"{AT_ROOT}=")
    assert cookie.split("; ")[1:] == [
        f"Max-Age={MAX_AGE}",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
    ]
    secret = get_secret(cookie)
    planted = f"{NAME}={sign_secret(OTHER)}; {cookie.split(';')[0]}"  # by HTTP, or another host
    assert visitor_cookie.find_secret([planted]) == secret
    renewed, removed = load_all(planted, headers=[HTTPS])
    assert get_secret(renewed) == secret
    assert removed == f"{NAME}=; Max-Age=0; Path=/"


def test_below_a_base_path_the_cookie_has_the_other_prefix(monkeypatch):
    monkeypatch.setattr(visitor_cookie.st, "get_option", {"server.baseUrlPath": "/a/b/"}.get)
    assert load(headers=[HTTPS]).startswith(f"{BELOW_ROOT}=")
    assert "; Path=/a/b; " in load(headers=[HTTPS])
    assert load().startswith(f"{NAME}=")


@pytest.mark.parametrize("write", [sign_secret, str], ids=["signed", "unsigned"])
def test_a_visitor_who_switches_to_https_is_recognised_once(store, monkeypatch, write):
    secret = add_known_visitor(store)
    old = f"{NAME}={write(secret)}"
    for _ in range(2):
        new, removed = load_all(old, headers=[HTTPS])
        assert new.startswith(f"{AT_ROOT}={sign_secret(secret)};")
        assert removed == f"{NAME}=; Max-Age=0; Path=/"
    later = time.time() + GRACE_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert get_secret(load_all(old, headers=[HTTPS])[0]) != secret


def test_a_cookie_that_another_server_set_by_http_is_not_removed(store):
    others = sign(OTHER, b"another")
    old = f"{NAME}={sign_secret(add_known_visitor(store))}~{others}"
    assert load_all(old, headers=[HTTPS])[1].startswith(f"{NAME}={others}; Max-Age={MAX_AGE}; ")


def test_an_unreachable_database_leaves_the_cookie_unchanged(store, monkeypatch):
    secret = add_known_visitor(store)

    def fail(*_):
        raise StoreError("no answer")

    monkeypatch.setattr(store.cookies, "replace", fail)
    assert load_all(f"{NAME}={secret}") == []
    assert get_secret(load(f"{NAME}={sign_secret(secret)}")) == secret  # needs no database


@pytest.mark.parametrize(
    ("request_", "secure"),
    [
        ({}, False),
        ({"scheme": "https"}, True),
        ({"headers": [HTTPS]}, True),
        ({"headers": [(b"X-Forwarded-Proto".lower(), b"HTTPS, http")]}, True),
        ({"headers": [(b"x-forwarded-proto", b"http, https")]}, False),
        ({"headers": [(b"x-forwarded-proto", b"\xff,,")]}, False),
    ],
)
def test_a_secret_received_by_https_is_never_sent_by_http(request_, secure):
    assert ("Secure" in load(**request_).split("; ")) is secure


def test_a_cached_page_sets_the_cookie_too():
    """Otherwise some browsers would have no cookie until the next release of Streamlit.

    Those are browsers whose cookies were deleted, but not their cache.
    """
    answer = call_app(IN_FRONT, path="/same")
    assert answer[0]["status"] == 304
    assert len(get_set_cookies(answer)) == 1
    assert (
        get_set_cookies(call_app(IN_FRONT, path="/same", headers=[(b"accept", b"*/*")])) == []
    )  # an asset


def test_no_shared_cache_stores_a_cookie():
    assert (b"cache-control", b"private, no-cache") in call_app(IN_FRONT)[0]["headers"]


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/asset"},
        {"path": "/nowhere"},
        {"path": "/same", "headers": ()},
        {"path": "/", "method": "POST"},
        {"path": "/stream", "type": "websocket", "receives": [
            {"type": "websocket.connect"},
            {"type": "websocket.receive", "text": "hello"},
        ]},
    ],
)  # fmt: skip
def test_other_requests_pass_unchanged(request_):
    assert call_app(IN_FRONT, **request_) == call_app(BEHIND, **request_) != []


def test_lifespan_events_pass():
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    app = Starlette(middleware=[Middleware(VisitorCookie)])
    assert [message["type"] for message in call_app(app, events, type="lifespan")] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_all_servers_of_a_database_share_the_signing_key(store):
    another = Store(store.database.url)
    assert another.cookies.read_key() == store.cookies.read_key() == visitor_cookie.read_key()
    assert len(visitor_cookie.read_key()) == 32
    another.close()


# The owner behind it. For cookies and a real login see tests/browser/test_identity.py


def show_owner():
    import streamlit as st

    from ui.shell.auth import identify_owner, show_login

    st.session_state["who"] = identify_owner()
    show_login()


def open_app(secrets=(), **user) -> AppTest:
    test = AppTest.from_function(show_owner)
    test.secrets.update(secrets)
    test.user = user
    test.run()
    assert not test.exception, test.exception
    return test


def get_owner(**user):
    return open_app(**user).session_state["who"]


ANN = {"is_logged_in": True, "iss": "https://login.example", "sub": "1", "name": "Ann"}


def test_without_cookies_a_visitor_is_recognised_within_the_session_only():
    test = open_app()
    first = test.session_state["who"]
    assert not first.lasting
    assert first.login is None
    assert test.run().session_state["who"] == first
    assert get_owner().id != first.id


@pytest.mark.slow
def test_a_login_is_the_same_owner_anywhere_by_its_issuer_and_subject():
    ann = get_owner(**ANN)
    assert asdict(ann) | {"id": None} == {"id": None, "lasting": True, "login": "Ann"}
    assert get_owner(**ANN | {"name": "Ann B.", "email": "ann@example"}).id == ann.id
    others = [
        get_owner(**ANN | {"sub": "2"}),
        get_owner(**ANN | {"iss": "https://other.example"}),
        get_owner(**ANN | {"iss": "https://login.example1", "sub": ""}),
        get_owner(),
    ]
    assert len({ann.id, *(other.id for other in others)}) == 5


def test_a_login_without_a_name_shows_its_address_or_its_subject():
    assert get_owner(**ANN | {"name": None, "email": "ann@example"}).login == "ann@example"
    assert get_owner(**ANN | {"name": ""}).login == "1"


def test_an_owner_id_contains_its_kind_and_not_its_secret():
    test = open_app()
    ids = [test.session_state["who"].id, get_owner(**ANN).id]
    assert [name.split(":")[0] for name in ids] == ["session", "login"]
    assert test.session_state["visitor_secret"] not in ids[0]
    assert max(map(len, ids)) <= 80  # the database's column


def test_the_login_name_is_shown_literally():
    test = open_app(**ANN | {"name": "**A** :red[b] $c$ <b>"})
    assert test.caption[0].value.endswith(r"\*\*A\*\* \:red\[b\] \$c\$ \<b\>")
    assert [button.label for button in test.button] == ["Log out"]


@pytest.mark.slow
def test_a_server_without_logins_shows_no_login():
    test = open_app()
    assert not test.button
    assert not test.caption


@pytest.mark.parametrize(
    ("auth", "labels"),
    [
        ({"client_id": "a", "client_kwargs": {"prompt": "login"}}, ["Log in"]),
        ({"google": {"client_id": "a"}}, ["Log in with Google"]),
        ({"client_id": "a", "okta": {"client_id": "b"}}, ["Log in", "Log in with Okta"]),
    ],
)
def test_every_provider_of_the_server_has_its_button(auth, labels):
    test = open_app({"auth": auth}, is_logged_in=False)
    assert [button.label for button in test.button] == labels
