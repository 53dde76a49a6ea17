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
from ui.http import cookie
from ui.http.cookie import (
    AT_ROOT,
    BELOW,
    MAX_AGE,
    NAME,
    VisitorCookie,
    new_secret,
    of_cookie,
    signed,
)

SECRET = "-".join(["sixteen_letters_"] * 2) + "ten_of_32b"
OTHER = SECRET[::-1]
BROWSER = (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")
HTTPS = (b"x-forwarded-proto", b"https")


@pytest.fixture(autouse=True, scope="module")
def store(tmp_path_factory):
    """A server's own, without workers."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/db")
    cookie.read_key.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "store", lambda: store)
        yield store
    cookie.read_key.cache_clear()
    store.close()


def own(secret: str) -> str:
    """The cookie's value, signed by this server."""
    return signed(secret, cookie.read_key())


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


def loaded(*cookies: str, headers=(), **request) -> list[str]:
    """The cookies that a page's answer sets."""
    headers = [BROWSER, *headers, *((b"cookie", each.encode()) for each in cookies)]
    return set_by(said(IN_FRONT, headers=headers, **request))


def load(*cookies: str, **request) -> str:
    """The one cookie that a page's answer sets."""
    (only,) = loaded(*cookies, **request)
    return only


def value(cookie_: str) -> str | None:
    """The secret in a cookie that was set."""
    return cookie.secret_in([cookie_.split(";")[0]])


def test_whoever_loads_a_page_gets_a_secret_that_no_script_and_no_other_site_can_use():
    cookie = load()
    assert value(cookie) is not None
    assert cookie.split("; ")[1:] == [f"Max-Age={MAX_AGE}", "Path=/", "HttpOnly", "SameSite=Lax"]


def test_no_two_visitors_get_the_same():
    assert len({value(load()) for _ in range(100)}) == 100


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
def test_who_has_a_secret_keeps_it_for_another_400_days(cookies):
    renewed = load(*(each.replace("{}", own(SECRET)) for each in cookies))
    assert value(renewed) == SECRET
    assert f"Max-Age={MAX_AGE}" in renewed


FORGED = {
    "nothing": lambda: "",
    "a word": lambda: "x",
    "a secret without a signature": lambda: SECRET,
    "one with another key": lambda: signed(SECRET, b"another"),
    "one with the signature of another secret": lambda: own(OTHER).replace(OTHER, SECRET),
    "a shorter secret": lambda: own(SECRET[:-1]),
    "a longer signature": lambda: own(SECRET) + "A",
    "another letter": lambda: own(SECRET)[:-1] + "é",
    "another last bit": lambda: own(SECRET)[:-1] + chr(ord(own(SECRET)[-1]) + 1),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_the_server_never_issued_is_replaced(forge):
    assert value(load(f"{NAME}={forge()}")) not in (None, SECRET, OTHER)
    assert cookie.secret_in([f"{NAME}={forge()}"]) is None


@given(
    some.lists(
        some.text("unpadded_visitor=;, \"'\\~.7é", max_size=80)
        | some.sampled_from([SECRET, "{}", "{}~{}", f"{SECRET}.{SECRET}~{{}}"]).map(
            f"{NAME}={{}}".format
        ),
        max_size=4,
    )
)
def test_whatever_cookies_come_the_page_and_its_websocket_agree_on_the_secret(cookies):
    """Else a visitor with odd cookies would be somebody else on each page."""
    cookies = [each.replace("{}", own(OTHER)) for each in cookies]
    ours = value(load(*cookies))
    assert ours is not None
    assert cookie.secret_in(cookies) in (ours, None)


def test_servers_on_two_ports_of_a_host_keep_each_others_visitors(monkeypatch):
    here = load()
    secret = value(here)
    monkeypatch.setattr(cookie, "read_key", lambda: b"the other server's")
    both = load(here.split(";")[0])
    assert value(both) not in (None, secret)
    monkeypatch.undo()
    assert value(load(both.split(";")[0])) == secret


def test_a_cookie_does_not_grow_for_ever():
    cookie_ = load()
    for _ in range(10):
        others = f"{cookie_.split(';')[0]}~{signed(new_secret(), new_secret().encode())}"
        cookie_ = load(others)
    assert len(cookie_) < 500


# Cookies in earlier forms


def known(store: Store) -> str:
    """The secret of a visitor whose cookie is one of commit 3c4f589."""
    secret = new_secret()
    store.visitors.welcome(of_cookie(secret), lasting=False)
    return secret


def test_an_unsigned_cookie_of_a_visitor_who_is_known_is_replaced_once(store, monkeypatch):
    secret = known(store)
    old = f"{NAME}={secret}"
    assert cookie.secret_in([old]) == secret  # a tab that was open before the upgrade
    # Ten tabs that a browser opens at once, before it has heard of the new one
    new = {load(old) for _ in range(10)}
    assert new == {load(f"{NAME}={own(secret)}")}
    assert cookie.secret_in([old]) == secret
    later = time.time() + GRACE_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert value(load(old)) != secret
    assert cookie.secret_in([old]) is None
    assert value(new.pop()) == secret


def test_with_the_visitor_the_old_cookie_is_forgotten(store):
    secret = known(store)
    load(f"{NAME}={secret}")
    store.visitors.delete(of_cookie(secret))
    assert value(load(f"{NAME}={secret}")) != secret


def test_by_https_the_cookie_has_a_name_that_only_the_host_itself_can_set():
    cookie_ = load(headers=[HTTPS])
    assert cookie_.startswith(f"{AT_ROOT}=")
    assert cookie_.split("; ")[1:] == [
        f"Max-Age={MAX_AGE}",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
    ]
    secret = value(cookie_)
    planted = f"{NAME}={own(OTHER)}; {cookie_.split(';')[0]}"  # by HTTP, or another host
    assert cookie.secret_in([planted]) == secret
    renewed, removed = loaded(planted, headers=[HTTPS])
    assert value(renewed) == secret
    assert removed == f"{NAME}=; Max-Age=0; Path=/"


def test_below_a_path_it_has_the_other_prefix(monkeypatch):
    monkeypatch.setattr(cookie.st, "get_option", {"server.baseUrlPath": "/a/b/"}.get)
    assert load(headers=[HTTPS]).startswith(f"{BELOW}=")
    assert "; Path=/a/b; " in load(headers=[HTTPS])
    assert load().startswith(f"{NAME}=")


@pytest.mark.parametrize("write", [own, str], ids=["signed", "unsigned"])
def test_who_comes_by_https_for_the_first_time_stays_who_he_was_once(store, monkeypatch, write):
    secret = known(store)
    old = f"{NAME}={write(secret)}"
    for _ in range(2):
        new, removed = loaded(old, headers=[HTTPS])
        assert new.startswith(f"{AT_ROOT}={own(secret)};")
        assert removed == f"{NAME}=; Max-Age=0; Path=/"
    later = time.time() + GRACE_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert value(loaded(old, headers=[HTTPS])[0]) != secret


def test_what_another_server_has_set_by_http_is_not_removed(store):
    others = signed(OTHER, b"another")
    old = f"{NAME}={own(known(store))}~{others}"
    assert loaded(old, headers=[HTTPS])[1].startswith(f"{NAME}={others}; Max-Age={MAX_AGE}; ")


def test_a_database_that_does_not_answer_leaves_the_cookie_as_it_is(store, monkeypatch):
    secret = known(store)

    def fail(*_):
        raise StoreError("no answer")

    monkeypatch.setattr(store.cookies, "replace", fail)
    assert loaded(f"{NAME}={secret}") == []
    assert value(load(f"{NAME}={own(secret)}")) == secret  # needs no database


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


def test_all_servers_of_a_database_sign_alike(store):
    another = Store(str(store._database._engine.url))
    assert another.cookies.key() == store.cookies.key() == cookie.read_key()
    assert len(cookie.read_key()) == 32
    another.close()


# The owner, behind it. With cookies and a real login: tests/browser/test_identity.py


def page():
    import streamlit as st

    from ui.shell.auth import owner, sign_in_or_out

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
