import asyncio
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from streamlit.testing.v1 import AppTest

from ui.cookie import MAX_AGE, NAME, VisitorCookie, new_secret, secret_in

SECRET = "-".join(["sixteen_letters_"] * 2) + "ten_of_32b"
BROWSER = (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")

# The cookie, in front of Streamlit


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


def said(app, receives=(), path="/", headers=(BROWSER,), **scope) -> list:
    """What an ASGI application answers to a request of these raw headers."""
    given = {"type": "http", "method": "GET", "scheme": "http", "path": path} | scope
    given |= {"query_string": b"", "headers": list(headers)}
    receives, sent = iter(receives), []

    async def receive():
        return next(receives)

    async def send(message):
        sent.append(message)

    asyncio.run(app(given, receive, send))
    return sent


def set_by(answer) -> list[str]:
    headers = answer[0]["headers"]
    return [value.decode() for name, value in headers if name.lower() == b"set-cookie"]


def load(*cookies: bytes, **request) -> str:
    """The one cookie that a page's answer sets."""
    headers = [BROWSER, *((b"cookie", cookie) for cookie in cookies)]
    (cookie,) = set_by(said(IN_FRONT, **({"headers": headers} | request)))
    return cookie


def value(cookie: str) -> str | None:
    name, secret = cookie.split(";")[0].split("=", 1)
    return secret_in({name: secret})


def test_whoever_loads_a_page_gets_a_secret_that_no_script_and_no_other_site_can_use():
    cookie = load()
    assert value(cookie) is not None
    assert cookie.split("; ")[1:] == [f"Max-Age={MAX_AGE}", "Path=/", "HttpOnly", "SameSite=Lax"]


def test_no_two_visitors_get_the_same():
    assert len({value(load()) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "cookies",
    [
        [f"{NAME}={SECRET}".encode()],
        [f"theme=dark; {NAME}={SECRET}; _streamlit_xsrf=2|a|b|c".encode()],
        [b"theme=dark", f"{NAME}={SECRET}".encode()],  # HTTP/2 may send one header a cookie
        [f"{NAME}={SECRET}".encode(), b"broken; =;;; \xff\xfe=\x00"],
    ],
)
def test_who_has_a_secret_keeps_it_for_another_400_days(cookies):
    cookie = load(*cookies)
    assert value(cookie) == SECRET
    assert f"Max-Age={MAX_AGE}" in cookie


@pytest.mark.parametrize(
    "secret", ["", "x", SECRET[:-1], SECRET + "x", SECRET[:-1] + "é", SECRET[:-1] + " ", "/" * 43]
)
def test_what_the_server_never_drew_is_replaced(secret):
    assert value(load(f"{NAME}={secret}".encode())) not in (None, secret)


@given(
    some.lists(
        some.binary()
        | some.text("unpadded_visitor=;, \"'\\7", max_size=80).map(str.encode)
        | some.just(f"{NAME}={SECRET}".encode()),
        max_size=4,
    )
)
def test_whatever_cookies_come_the_page_and_its_websocket_agree_on_the_secret(cookies):
    """Streamlit reads the websocket's cookies as Starlette parses them; were the page's read in
    another way, a visitor with odd cookies would be somebody else on each page."""
    scope = {"type": "websocket", "headers": [(b"cookie", cookie) for cookie in cookies]}
    theirs = secret_in(HTTPConnection(scope).cookies)
    ours = value(load(*cookies))
    assert ours is not None
    assert theirs in (ours, None)


@pytest.mark.parametrize(
    ("request_", "secure"),
    [
        ({}, False),
        ({"scheme": "https"}, True),
        ({"headers": [(b"x-forwarded-proto", b"https")]}, True),
        ({"headers": [(b"X-Forwarded-Proto".lower(), b"HTTPS, http")]}, True),
        ({"headers": [(b"x-forwarded-proto", b"http, https")]}, False),
        ({"headers": [(b"x-forwarded-proto", b"\xff,,")]}, False),
    ],
)
def test_a_secret_that_came_by_https_is_never_sent_without(request_, secure):
    assert ("Secure" in load(**request_).split("; ")) is secure


def test_a_page_that_the_browser_has_still_brings_the_cookie_too():
    """Else who deletes the cookies, but not the cache, would stay without until the next
    release of Streamlit."""
    answer = said(IN_FRONT, path="/same")
    assert answer[0]["status"] == 304
    assert len(set_by(answer)) == 1
    assert set_by(said(IN_FRONT, path="/same", headers=[(b"accept", b"*/*")])) == []  # an asset


def test_no_cache_in_between_gives_one_visitors_cookie_to_others():
    assert (b"cache-control", b"private, no-cache") in said(IN_FRONT)[0]["headers"]


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
def test_everything_else_passes_untouched(request_):
    assert said(IN_FRONT, **request_) == said(BEHIND, **request_) != []


def test_the_start_and_the_end_of_the_server_pass_too():
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    app = Starlette(middleware=[Middleware(VisitorCookie)])
    assert [message["type"] for message in said(app, events, type="lifespan")] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_a_drawn_secret_is_one_that_is_taken_back():
    assert secret_in({NAME: new_secret()}) is not None


# The owner, behind it. With cookies and a real login: tests/browser/test_identity.py


def page():
    import streamlit as st

    from ui.identity import owner, sign_in_or_out

    st.session_state["who"] = owner()
    sign_in_or_out()


def opened(secrets=(), **user) -> AppTest:
    test = AppTest.from_function(page)
    test.secrets.update(secrets)
    test.user = user
    test.run()
    assert not test.exception, test.exception
    return test


def who(**user):
    return opened(**user).session_state["who"]


ANN = {"is_logged_in": True, "iss": "https://login.example", "sub": "1", "name": "Ann"}


def test_without_cookies_a_visitor_is_known_for_the_session_only():
    test = opened()
    first = test.session_state["who"]
    assert not first.lasting
    assert first.login is None
    assert test.run().session_state["who"] == first
    assert who().id != first.id


def test_a_login_is_the_same_owner_anywhere_by_its_issuer_and_subject():
    ann = who(**ANN)
    assert asdict(ann) | {"id": None} == {"id": None, "lasting": True, "login": "Ann"}
    assert who(**ANN | {"name": "Ann B.", "email": "ann@example"}).id == ann.id
    others = [
        who(**ANN | {"sub": "2"}),
        who(**ANN | {"iss": "https://other.example"}),
        who(**ANN | {"iss": "https://login.example1", "sub": ""}),
        who(),
    ]
    assert len({ann.id, *(other.id for other in others)}) == 5


def test_a_login_without_a_name_shows_its_address_or_its_subject():
    assert who(**ANN | {"name": None, "email": "ann@example"}).login == "ann@example"
    assert who(**ANN | {"name": ""}).login == "1"


def test_an_owner_tells_its_kind_and_not_its_secret():
    test = opened()
    ids = [test.session_state["who"].id, who(**ANN).id]
    assert [name.split(":")[0] for name in ids] == ["session", "login"]
    assert test.session_state["visitor_secret"] not in ids[0]
    assert max(map(len, ids)) <= 80  # the database's column


def test_the_name_is_shown_as_it_is_written():
    test = opened(**ANN | {"name": "**A** :red[b] $c$ <b>"})
    assert test.caption[0].value.endswith(r"\*\*A\*\* \:red\[b\] \$c\$ \<b\>")
    assert [button.label for button in test.button] == ["Log out"]


def test_a_server_without_logins_does_not_speak_of_them():
    test = opened()
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
    test = opened({"auth": auth}, is_logged_in=False)
    assert [button.label for button in test.button] == labels
