"""Uploads to a server with low limits: too much is refused, and opened files take no room."""

import pytest
import requests
from playwright.sync_api import expect

from tests.support.app_server import AppServer
from tests.support.browser import SECONDS
from tests.support.streamlit_client import XSRF_COOKIE, Visitor

MB = 10**6
TABLE = "id,x,target\n" + "".join(f"{i},{i % 7},{i % 5}.5\n" for i in range(30))
STEPS = "id,x,target\n" + "".join(f"{i // 2},{i % 7},{i // 2}.5\n" for i in range(30))
REFUSED = STEPS.replace("3,0,3.5", "3,0,9.5")  # another target in one row of a sequence
UPLOADER = "A file of sequences"


def table(megabytes: float, text: str = TABLE) -> bytes:
    return text.encode() + b" " * int(megabytes * MB)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    # The files of a test before may still be there for some seconds, so several tests fit.
    megabytes = {"SESSION_UPLOAD": 6, "UPLOAD": 9, "ALL_UPLOAD": 40}
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
    url = visitor.tab.upload_urls("a.csv")[0].upload_url
    files = {"file": ("a.csv", b"0" * int(megabytes * MB))}
    return send_request(visitor, "PUT", url, files=files), url


def test_uploads_beyond_the_limit_are_refused_and_deleted_ones_do_not_count(visitor, address):
    first, url = put(visitor, 4)
    assert first.status_code == 204
    second, _ = put(visitor, 4)
    assert second.status_code == 413
    assert "are not opened yet exceed 6 MB" in second.text
    visitor.look(1)  # the page shows it without a request
    assert any("are not opened yet exceed 6 MB" in text for text in visitor.texts())

    with Visitor(address, visitor.cookies) as tab:
        tab.open("/Data")
        answer, _ = put(tab, 4.5)
        assert answer.status_code == 413
        assert "are not opened yet exceed 9 MB" in answer.text
        assert send_request(visitor, "DELETE", url).status_code == 204
        assert put(tab, 4.5)[0].status_code == 204


def test_a_body_of_unknown_length_is_counted_as_it_arrives(visitor):
    def endless():
        yield b'--a\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
        while True:
            yield b"0" * 2**16

    url = visitor.tab.upload_urls("a.csv")[0].upload_url
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
        assert any("all used" in text for text in visitor.texts()), visitor.texts()
    assert put(visitor, 5)[0].status_code == 204


def test_refused_files_can_be_read_in_another_way(visitor):
    visitor.upload(UPLOADER, "wrong.csv", table(4, REFUSED))
    assert "differs from" in " ".join(visitor.texts())
    visitor.page_link("Home")
    visitor.page_link("Data")
    visitor.upload(UPLOADER, "wrong.csv", table(4, REFUSED))  # the previous file has been removed
    visitor.click("Target at the last step")
    assert any("You chose: Target at the last step" in text for text in visitor.texts())
    assert any("wrong.csv" in text for text in visitor.texts())
    assert not any("no longer on the server" in text for text in visitor.texts())


TS = "@problemName walks\n@univariate true\n@classLabel true go stop\n@data\n"
TRAIN = TS + "1,2,3:go\n4,5:stop\n6,7:go\n8,9,7,6:stop\n"
PARTS = {"Walks_TRAIN.ts": TRAIN.encode(), "Walks_TEST.ts": (TS + "1,2:go\n3:stop\n").encode()}


def read_page(visitor: Visitor) -> str:
    return " ".join(visitor.texts()).replace("\\", "")


def test_files_chosen_together_are_one_data_set(visitor):
    visitor.upload_together(UPLOADER, PARTS)
    assert "Walks_TRAIN.ts + 1 more" in read_page(visitor)
    assert "2 test" in read_page(visitor)
    assert put(visitor, 5)[0].status_code == 204  # they take no room any more
    visitor.page_link("Mask")
    visitor.page_link("Data")
    assert "Walks_TRAIN.ts + 1 more" in read_page(visitor)


def test_what_was_chosen_last_is_used_and_the_page_says_so(visitor):
    visitor.upload_together(UPLOADER, PARTS)
    visitor.upload_together(UPLOADER, {"new.csv": table(1)}, beside=True)
    assert "Only the last selection is used: new.csv" in read_page(visitor)
    assert "30 rows in the file" in read_page(visitor)
    visitor.remove_file(UPLOADER, "Walks_TRAIN.ts")
    assert "30 rows in the file" in read_page(visitor)
    visitor.remove_file(UPLOADER, "Walks_TEST.ts")
    assert "last selection" not in read_page(visitor)


def test_a_file_at_fault_can_be_removed_from_those_chosen_together(visitor):
    files = {"a.csv": table(1, "v\n1\n2\n3\n1\n"), "b.csv": b"w\n1\n2\n", "c.csv": b"v\n5\n4\n5\n"}
    visitor.upload_together(UPLOADER, files)
    assert "b.csv starts with" in read_page(visitor)
    visitor.remove_file(UPLOADER, "b.csv")
    assert "starts with" not in read_page(visitor)
    assert "a.csv + 1 more" in read_page(visitor)


def test_files_are_read_only_if_all_of_them_have_arrived(visitor):
    files = {"x_TRAIN.csv": table(4), "x_TEST.csv": table(4)}
    visitor.upload_together(UPLOADER, files)
    # The refusal runs the page, too, and that run may end after the files were entered.
    visitor.wait_for(lambda page: "x_TEST.csv: Uploads that are not opened yet" in read_page(page))
    assert "rows in the file" not in read_page(visitor)
    assert put(visitor, 5)[0].status_code == 204  # the other one is removed


def test_more_files_than_fit_are_refused_at_once(visitor):
    files = {f"{number}.csv": b"v\n1\n2\n" for number in range(6)}
    visitor.upload_together(UPLOADER, files)
    visitor.look(1)
    assert "At most 5 files can be chosen at once" in read_page(visitor)
    assert "rows in the file" not in read_page(visitor)


def test_many_cookies_leave_room_for_a_newcomer(address):
    tabs = []
    for _ in range(10):
        tabs.append(Visitor(address))
        tabs[-1].open("/Data")
        put(tabs[-1], 5)
    with Visitor(address) as newcomer:
        newcomer.open("/Data")
        newcomer.upload(UPLOADER, "new.csv", table(1))
        assert any("all used" in text for text in newcomer.texts())
    for tab in tabs:
        tab.close()


def test_a_browser_shows_the_reason(chromium, address):
    context = chromium.new_context(base_url=address)
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.goto("/Data")
    file = {"name": "large.csv", "mimeType": "text/csv", "buffer": table(7)}
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_text("are not opened yet exceed 6 MB")).to_be_visible()
    context.close()
