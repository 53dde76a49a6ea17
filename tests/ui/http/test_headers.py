import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from tests.support.asgi import ask
from ui.http.headers import SecurityHeaders, build_headers, hash_scripts


async def fail(request):
    raise RuntimeError


async def set_cookies(request):
    response = PlainTextResponse("set")
    for name in ("one", "another"):
        response.set_cookie(name, "Secure", secure=name == "another")
    return response


async def echo(websocket):
    if websocket.query_params.get("refuse"):
        await websocket.close(1008)
        return
    await websocket.accept(headers=[(b"x-own", b"1")])
    await websocket.send_text("hello")


BEHIND = Starlette(
    routes=[
        Route("/", lambda request: PlainTextResponse("a page")),
        Route("/own", lambda request: Response(headers={"X-Content-Type-Options": "nosniff"})),
        Route("/same", lambda request: Response(status_code=304)),
        Route("/fail", fail),
        Route("/cookies", set_cookies),
        WebSocketRoute("/stream", echo),
    ]
)
HEADERS = build_headers()


IN_FRONT = SecurityHeaders(BEHIND)


def check(answer) -> None:
    for name, value in HEADERS.items():
        assert answer.values(name) == [value]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("HEAD", "/", 200),
        ("GET", "/own", 200),
        ("GET", "/same", 304),
        ("GET", "/nowhere", 404),
        ("POST", "/", 405),
        ("GET", "/fail", 500),
    ],
)
def test_every_response_has_each_header_once(method, path, status):
    answer = ask(IN_FRONT, path, method)
    assert answer.status == status
    check(answer)


def test_an_exception_is_answered_once_and_logged():
    async def begin_and_fail(scope, receive, send):
        await PlainTextResponse("begun")(scope, receive, send)
        raise RuntimeError

    async def fail(scope, receive, send):
        raise RuntimeError

    for app, status, text in ((begin_and_fail, 200, "begun"), (fail, 500, "Internal Server Error")):
        answer = ask(SecurityHeaders(app))
        assert (answer.status, answer.text) == (status, text)
        check(answer)
        assert isinstance(answer.error, RuntimeError)


def test_accepted_and_refused_websockets_have_the_headers():
    answer = ask(IN_FRONT, "/stream", type="websocket")
    assert answer.accepted
    assert answer.values("x-own") == ["1"]
    check(answer)
    for path, query in (("/stream", b"refuse=1"), ("/nowhere", b"")):
        answer = ask(IN_FRONT, path, type="websocket", query_string=query)
        assert answer.status == 403
        check(answer)


def test_a_server_without_the_denial_extension_closes_a_refused_websocket():
    answer = ask(IN_FRONT, "/nowhere", type="websocket", extensions={})
    assert [message["type"] for message in answer.messages] == ["websocket.close"]


def test_the_policy_is_strict():
    policy = HEADERS["Content-Security-Policy"]
    start = "default-src 'self'; script-src 'self' 'sha256-"
    rest = (
        "='; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    assert (policy[: len(start)], policy[len(start) + 43 :]) == (start, rest)


@pytest.mark.parametrize(
    ("ancestors", "policy", "options"),
    [
        ((), "'none'", "DENY"),
        (("self",), "'self'", "SAMEORIGIN"),
        (("https://huggingface.co",), "https://huggingface.co", None),
        (("self", "https://*.example.org"), "'self' https://*.example.org", None),
    ],
)
def test_frames_are_allowed_where_they_are_set(ancestors, policy, options):
    headers = build_headers(ancestors)
    assert headers["Content-Security-Policy"].endswith(f"frame-ancestors {policy}")
    assert headers.get("X-Frame-Options") == options


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<script src='a'></script>", 0),
        ('<script type="module" crossorigin SRC="a"></script>', 0),
        ("<!-- <script>no</script> --><p>", 0),
        ("<SCRIPT>\n a < b && '<!--' \n</SCRIPT ><script data-src='b'>c</script>", 2),
    ],
)
def test_inline_scripts_are_found(page, count):
    assert len(hash_scripts(page)) == count


@pytest.mark.parametrize("https", [True, False])
def test_behind_https_every_cookie_is_secure(https):
    headers = [("X-Forwarded-Proto", "https")] if https else []
    one, another = ask(IN_FRONT, "/cookies", headers=headers).values("set-cookie")
    assert ("; Secure" in one) is https
    assert another.lower().count("; secure") == 1
