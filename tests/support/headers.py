"""Check the security headers of every kind of response of a running server."""

import re

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

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
        download = visitor.http.get(f"{address}{button.proto.url}")
        assert download.headers["content-disposition"].startswith("attachment")
        check(download)
        url = f"{address}{visitor.tab.upload_urls('a.csv')[0].upload_url}"
        xsrf = {"X-Xsrftoken": visitor.cookies[XSRF_COOKIE]}
        for method, status, options in (
            ("PUT", 204, {"files": {"a": ("a.csv", b"1")}}),
            ("PUT", 403, {"headers": {}}),
            ("DELETE", 204, {}),
        ):
            response = visitor.http.request(method, url, **{"headers": xsrf} | options)
            assert response.status_code == status
            check(response)
        for name, value in HEADERS.items():
            assert visitor.tab.socket.response.headers.get_all(name) == [value]
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws{address[4:]}/_stcore/stream", origin="http://evil.example").close()
    for name, value in HEADERS.items():
        assert refused.value.response.headers.get_all(name) == [value]
