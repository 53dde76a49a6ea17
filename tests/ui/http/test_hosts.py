import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from runs import json_log
from tests.support.asgi import ask
from ui.http.hosts import REFUSAL, HostNames, get_allowed_names
from ui.http.metrics import HiddenMetrics


async def accept(websocket):
    await websocket.accept()


BEHIND = Starlette(
    routes=[
        Route("/", lambda request: PlainTextResponse("a page")),
        Route("/_stcore/metrics", lambda request: PlainTextResponse("a secret")),
        WebSocketRoute("/stream", accept),
    ]
)
NAMES = ("example.org", "*.example.net")


def is_accepted(host: str, names=NAMES) -> bool:
    app = HostNames(BEHIND, names)
    page, websocket = (
        ask(app, path, headers=[("Host", host)], type=kind)
        for path, kind in (("/", "http"), ("/stream", "websocket"))
    )
    assert websocket.accepted is (page.status == 200)
    if not websocket.accepted:
        for answer in (page, websocket):
            assert (answer.status, answer.text) == (400, REFUSAL)
    return websocket.accepted


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "192.0.2.7:8501",
        "[::1]",
        "[2001:db8::1]:8501",
        "localhost",
        "LocalHost:8501",
        "localhost.",
    ],
)
@pytest.mark.parametrize("names", [NAMES, ()])
def test_addresses_and_localhost_are_always_accepted(host, names):
    assert is_accepted(host, names)


@pytest.mark.parametrize(
    "host", ["example.org", "EXAMPLE.org:443", "example.org.", "a.example.net", "b.a.example.net"]
)
def test_configured_names_are_accepted(host):
    assert is_accepted(host)
    assert not is_accepted(host, ())
    assert is_accepted(host, None)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "a.example.org",
        "example.net",
        "evilexample.net",
        "example.org.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost.evil.example",
        "[::1].evil.example",
        "[evil.example]",
        "1",
        "0x7f.1",
        "",
        ":8501",
        "example.org@evil.example",
        "exa\xe9mple.org",
    ],
)
def test_no_other_name_is_accepted(host):
    assert not is_accepted(host)


def test_a_request_with_two_names_needs_both():
    two = [("Host", "example.org"), ("Host", "evil.example")]
    assert ask(HostNames(BEHIND, NAMES), headers=two).status == 400
    assert ask(HostNames(BEHIND, NAMES)).status == 200  # and one by HTTP/1.0 has none


@pytest.mark.parametrize(
    ("configured", "bound", "browser", "names"),
    [
        ((), None, "localhost", None),
        ((), "0.0.0.0", "localhost", None),
        ((), "127.0.0.1", "localhost", ()),
        ((), "::1", "localhost", ()),
        ((), "localhost", "localhost", ()),
        (("example.org",), None, "localhost", ("example.org",)),
        (("example.org",), "127.0.0.1", "App.example.org", ("example.org", "app.example.org")),
        ((), None, "app.example.org", ("app.example.org",)),
    ],
)
def test_without_configured_names_all_are_accepted_except_on_loopback(
    monkeypatch, configured, bound, browser, names
):
    events, options = [], {"server.address": bound, "browser.serverAddress": browser}
    monkeypatch.setattr(st, "get_option", options.get)
    monkeypatch.setattr(json_log, "log_event", lambda event, **facts: events.append(event))
    assert get_allowed_names(configured) == names
    assert events == (["any host name is answered"] if names is None else [])


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/metrics\n", "/base/_stcore/metrics"]
)
def test_metrics_are_hidden(path):
    app = HiddenMetrics(BEHIND)
    for method in ("GET", "OPTIONS", "POST"):
        answer = ask(app, path, method)
        assert (answer.status, answer.text) == (404, "Not Found")
    assert ask(app).status == 200


@pytest.mark.parametrize(
    ("origin", "host", "accepted"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501", True),
        ("http://localhost:8501", "127.0.0.1:8501", True),
        ("http://127.0.0.1:9999", "127.0.0.1:8501", False),
        ("http://localhost:1234", "localhost:8501", False),
        ("http://0.0.0.0:1234", "localhost:8501", False),
        ("http://[::1]:1234", "[::1]:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("http://localhost:8080", "localhost", True),  # a proxy that leaves the port out
        ("https://example.org", "127.0.0.1:8501", True),  # Streamlit's to decide
        ("http://localhost:port", "localhost:8501", True),
        ("null", "localhost:8501", True),
        ("", "localhost:8501", True),
    ],
)
def test_a_page_of_another_local_program_opens_no_session(origin, host, accepted):
    headers = [("Host", host), *([("Origin", origin)] if origin else [])]
    answer = ask(HostNames(BEHIND, None), "/stream", headers=headers, type="websocket")
    assert answer.accepted is accepted
    if not accepted:
        assert answer.status == 403
