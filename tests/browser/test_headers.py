"""Security headers of the real server, and how Chromium applies them."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import listen_for_violations
from tests.browser.test_journeys import PLOT
from tests.support.streamlit_client import XSRF_COOKIE, Visitor
from ui.http.headers import build_headers

HEADERS = build_headers()


def check(response: requests.Response) -> None:
    """Check that each header occurs once. ``requests`` would join two by a comma."""
    for name, value in HEADERS.items():
        assert response.headers.get(name) == value, (response.url, name)


def check_all(address: str) -> None:
    """Check pages, static files, health, errors, uploads, downloads and the websocket."""
    page = requests.get(f"{address}/Data")
    check(page)
    static = re.search(r"\./(static/js/index\.[\w-]+\.js)", page.text)[1]
    for path, status in {
        "": 200,
        static: 200,
        "favicon.png": 200,
        "unpadded/menu.js": 200,
        "_stcore/health": 200,
        "_stcore/host-config": 200,
        "_stcore/metrics": 404,
        "media/none": 404,
        "component/none/none": 404,
        "a/%2e%2e/b": 400,
        "Data/": 301,
    }.items():
        response = requests.get(f"{address}/{path}", allow_redirects=False)
        assert response.status_code == status, path
        check(response)
    tag = requests.get(f"{address}/{static}").headers["etag"]
    cached = requests.get(f"{address}/{static}", headers={"If-None-Match": tag})
    assert cached.status_code == 304
    check(cached)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        check(requests.request(method, f"{address}/"))
        check(requests.request(method, f"{address}/_stcore/upload_file/none/none"))

    with Visitor(address) as visitor:
        visitor.open("/Data")
        button = visitor.find("download_button")
        download = visitor._http.get(f"{address}{button.proto.url}")
        assert download.headers["content-disposition"].startswith("attachment")
        check(download)
        url = f"{address}{visitor._tab.upload_urls('a.csv').upload_url}"
        xsrf = {"X-Xsrftoken": visitor.cookies[XSRF_COOKIE]}
        for method, status, options in (
            ("PUT", 204, {"files": {"a": ("a.csv", b"1")}}),
            ("PUT", 403, {"headers": {}}),
            ("DELETE", 204, {}),
        ):
            response = visitor._http.request(method, url, **{"headers": xsrf} | options)
            assert response.status_code == status
            check(response)
        for name, value in HEADERS.items():
            assert visitor._tab.socket.response.headers.get_all(name) == [value]
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws{address[4:]}/_stcore/stream", origin="http://evil.example").close()
    for name, value in HEADERS.items():
        assert refused.value.response.headers.get_all(name) == [value]


def test_every_response_has_the_headers(address):
    check_all(address)


def test_another_host_name_is_refused(address):
    host = {"Host": "evil.example:80"}
    for path in ("", "_stcore/health", "static/js/index.js"):
        response = requests.get(f"{address}/{path}", headers=host)
        assert (response.status_code, "UNPADDED_HOSTS" in response.text) == (400, True)
        check(response)
    port = address.rpartition(":")[2]
    assert requests.get(f"{address}/", headers={"Host": f"localhost:{port}"}).ok


INJECT_SCRIPTS = """() => {
    for (const [tag, name, value] of [
        ['script', 'text', 'window.ran = 1'],
        ['script', 'src', 'data:text/javascript,window.ran = 1'],
        ['img', 'onerror', 'window.ran = 1'],
    ]) {
        const element = document.createElement(tag);
        if (name === 'text') element.text = value;
        else element.setAttribute(name, value);
        if (tag === 'img') element.src = 'data:,';
        document.body.append(element);
    }
    return new Promise(done => setTimeout(() => done(window.ran ?? null), 500));
}"""


def test_only_the_servers_own_scripts_run(chromium, address):
    context, violations = chromium.new_context(), []
    page = context.new_page()
    listen_for_violations(page, violations)
    page.goto(address)
    expect(page.locator(PLOT)).to_have_count(3)
    assert violations == []
    assert page.evaluate(INJECT_SCRIPTS) is None
    assert len(violations) == 3
    context.close()


def test_no_other_page_shows_the_app_in_a_frame(chromium, address, tmp_path):
    (tmp_path / "index.html").write_text(f'<iframe src="{address}"></iframe>')
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    other = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=other.serve_forever, daemon=True).start()
    context, violations = chromium.new_context(), []
    page = context.new_page()
    listen_for_violations(page, violations)
    page.goto(f"http://127.0.0.1:{other.server_port}")
    page.wait_for_timeout(500)
    other.shutdown()
    assert "frame-ancestors 'none'" in violations[0]
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)
    context.close()
