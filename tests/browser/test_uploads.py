"""Uploads to a server with low limits: too much is refused, and opened files take no room."""

import pytest
import requests
from playwright.sync_api import expect

from tests.support.app_server import AppServer
from tests.support.browser import SECONDS
from tests.support.streamlit_client import XSRF_COOKIE, Visitor

MB = 10**6
TABLE = "id,x,target\n" + "".join(f"{i},{i % 7},{i % 5}.5\n" for i in range(30))
WRONG = TABLE.replace("7,0,2.5", "7,oops,2.5")
UPLOADER = "A file of sequences"


def table(megabytes: float, text: str = TABLE) -> bytes:
    return text.encode() + b" " * int(megabytes * MB)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    megabytes = {"SESSION_UPLOAD": 6, "UPLOAD": 9, "ALL_UPLOAD": 20}
    limits = {f"UNPADDED_{name}_MEGABYTES": str(most) for name, most in megabytes.items()}
    with AppServer(tmp_path_factory.mktemp("data"), UNPADDED_WORKERS="1", **limits) as server:
        yield server.address


@pytest.fixture
def visitor(address):
    with Visitor(address) as visitor:
        visitor.open("/Data")
        yield visitor


def send_request(visitor: Visitor, method: str, url: str, **options) -> requests.Response:
    xsrf = {"X-Xsrftoken": visitor.cookies[XSRF_COOKIE]}
    address = f"{visitor.address}{url}"
    return visitor.http.request(method, address, headers=xsrf, timeout=SECONDS, **options)


def put(visitor: Visitor, megabytes: float) -> tuple[requests.Response, str]:
    """Send a file that no uploader on the page knows; returns the response and its address."""
    url = visitor.tab.upload_urls("a.csv").upload_url
    files = {"file": ("a.csv", b"0" * int(megabytes * MB))}
    return send_request(visitor, "PUT", url, files=files), url


def test_uploads_beyond_the_limit_are_refused_and_deleted_ones_do_not_count(visitor, address):
    first, url = put(visitor, 4)
    assert first.status_code == 204
    second, _ = put(visitor, 4)
    assert second.status_code == 413
    assert "may take 6 MB on this server" in second.text
    visitor.look(1)  # the page shows it without a request
    assert any("may take 6 MB on this server" in text for text in visitor.texts())

    with Visitor(address, visitor.cookies) as tab:
        tab.open("/Data")
        answer, _ = put(tab, 4.5)
        assert answer.status_code == 413
        assert "may take 9 MB on this server" in answer.text
        assert send_request(visitor, "DELETE", url).status_code == 204
        assert put(tab, 4.5)[0].status_code == 204


def test_a_body_of_unknown_length_is_counted_as_it_arrives(visitor):
    def endless():
        yield b'--a\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        while True:
            yield b"0" * 2**16

    url = visitor.tab.upload_urls("a.csv").upload_url
    kind = {"Content-Type": "multipart/form-data; boundary=a"}
    xsrf = {"X-Xsrftoken": visitor.cookies[XSRF_COOKIE]}
    try:
        answer = visitor.http.put(
            f"{visitor.address}{url}", data=endless(), headers=xsrf | kind, timeout=SECONDS
        )
        assert answer.status_code == 413
    except requests.ConnectionError:  # the server does not wait for the end
        pass
    visitor.look(1)
    assert put(visitor, 5)[0].status_code == 204


def test_opened_files_take_no_room(visitor):
    for number in range(6):
        visitor.upload(UPLOADER, f"{number}.csv", table(4 + number / 100))
        assert any("all of them used" in text for text in visitor.texts()), visitor.texts()
    assert put(visitor, 5)[0].status_code == 204


def test_refused_files_can_be_read_in_another_way(visitor):
    visitor.upload(UPLOADER, "wrong.csv", table(4, WRONG))
    assert "oops" in " ".join(visitor.texts())
    visitor.page_link("Home")
    visitor.page_link("Data")
    visitor.upload(UPLOADER, "wrong.csv", table(4, WRONG))  # the previous file has been removed
    visitor.click("Drop the step")
    assert any("wrong.csv" in text for text in visitor.texts())
    assert not any("no longer on the server" in text for text in visitor.texts())


def test_many_cookies_leave_room_for_a_newcomer(address):
    tabs = []
    for _ in range(6):
        tabs.append(Visitor(address))
        tabs[-1].open("/Data")
        put(tabs[-1], 5)
    with Visitor(address) as newcomer:
        newcomer.open("/Data")
        newcomer.upload(UPLOADER, "new.csv", table(1))
        assert any("all of them used" in text for text in newcomer.texts())
    for tab in tabs:
        tab.close()


def test_a_browser_shows_the_reason(chromium, address):
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.goto("/Data")
    file = {"name": "large.csv", "mimeType": "text/csv", "buffer": table(7)}
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_text("may take 6 MB on this server")).to_be_visible()
    context.close()
