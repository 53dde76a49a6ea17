import itertools
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from core import DataError
from core.errors import UnpaddedError
from runs.limits import Limits
from tests.support.asgi import ask
from ui import backend
from ui.http import uploads as module
from ui.http.selections import TOO_MANY
from ui.http.uploads import MAX_WAITING_SECONDS, UNIT_BYTES, UploadLimit, UploadRefused, Uploads

MB = 10**6
LIMITS = Limits(session_upload_megabytes=25, upload_megabytes=50, all_upload_megabytes=100)
ADDRESS = "192.0.2.1"
OTHER = "192.0.2.2"


class Memory:
    """Streamlit's memory with ``Uploads`` in front of it and its own clock."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.files, self.now = set(), 0.0
        self.uploads = Uploads(limits, self.remove, clock=lambda: self.now)
        self.numbers = itertools.count()

    def remove(self, session: str, file: str) -> None:
        self.files.discard((session, file))

    def put(
        self, megabytes: float, session="s", visitor="v", address=ADDRESS, file: str | None = None
    ) -> str:
        """Upload a file; returns its id."""
        file = file or str(next(self.numbers))
        upload = self.uploads.begin(session, file, visitor, address)
        try:
            for _ in range(10):
                self.uploads.add_bytes(upload, int(megabytes * MB / 10))
        except UploadRefused:
            self.uploads.end(upload, stored=False)
            raise
        self.files.add((session, file))
        self.uploads.end(upload, stored=True)
        return file

    def sweep(self, *sessions: str) -> None:
        self.uploads.sweep(sessions.__contains__, lambda *file: file in self.files)

    @property
    def megabytes(self) -> float:
        return self.uploads.total_bytes / MB


@pytest.fixture
def memory():
    return Memory()


def test_a_tab_has_its_limit(memory):
    memory.put(20)
    with pytest.raises(UploadRefused, match="yet exceed 25 MB"):
        memory.put(20)
    memory.put(3)
    memory.put(20, session="another tab")


def test_a_visitor_has_a_limit_over_all_tabs(memory):
    for tab in range(2):
        memory.put(20, session=f"tab {tab}")
    with pytest.raises(UploadRefused, match="yet exceed 50 MB"):
        memory.put(20, session="a third")
    memory.put(20, session="somebody else's", visitor="w")


def test_a_refused_upload_does_not_count(memory):
    for _ in range(10):
        with pytest.raises(UploadRefused):
            memory.put(30)
    assert memory.megabytes == 0
    memory.put(20)


def test_empty_files_count_too(memory):
    for _ in range(LIMITS.session_upload_megabytes * MB // UNIT_BYTES):
        memory.put(0)
    with pytest.raises(UploadRefused):
        memory.put(0)


def test_a_file_with_the_same_id_replaces_the_other(memory):
    for _ in range(10):
        memory.put(10, file="same")
    assert memory.megabytes < 12


@pytest.mark.parametrize("announced", [26 * MB, 10**14])
def test_a_too_large_announcement_is_refused_at_once(memory, announced):
    with pytest.raises(UploadRefused):
        memory.uploads.begin("s", "f", "v", ADDRESS, announced)
    assert memory.megabytes == 0


def test_the_largest_user_makes_room_for_others(memory):
    greedy = [memory.put(19, f"tab {n}", f"cookie {n}") for n in range(5)]
    assert memory.megabytes > 90
    memory.put(10, "other tab", "other", OTHER)
    assert memory.megabytes < 100
    assert ("tab 0", greedy[0]) not in memory.files  # the oldest
    assert len(memory.files) == 5


def test_many_cookies_of_one_address_are_not_worth_more(memory):
    for n in range(5):
        memory.put(19, f"tab {n}", f"cookie {n}")
    with pytest.raises(UploadRefused, match="busy with other files"):
        memory.put(22, "tab 6", "cookie 6")
    memory.put(10, "small", "small")  # the one with least, behind the same router


def test_nobody_makes_room_for_a_larger_user(memory):
    for n in range(2):
        memory.put(19, f"small {n}", f"small {n}", OTHER)
    for n in range(9):
        memory.put(19, f"tab {n}", f"cookie {n}")
    assert {"small 0", "small 1", "tab 8"} <= {session for session, _ in memory.files}
    with pytest.raises(UploadRefused, match="busy with other files"):
        memory.put(22, "small 2", "small 0", OTHER)  # the own one would have to


def test_a_stalled_upload_makes_room_too(memory):
    slow = [memory.uploads.begin(f"tab {n}", "f", f"cookie {n}", ADDRESS) for n in range(5)]
    for upload in slow:
        memory.uploads.add_bytes(upload, 19 * MB)
    memory.put(10, "other", "other", OTHER)
    with pytest.raises(UploadRefused):
        memory.uploads.add_bytes(slow[0], 0)
    memory.uploads.end(slow[0], stored=False)
    assert memory.megabytes < 100


def test_pinned_content_does_not_make_room(memory):
    for n in range(5):
        file = memory.put(19, f"tab {n}", f"cookie {n}")
        memory.uploads.take(f"tab {n}", file, "place", b"0" * 19 * MB)
        memory.uploads.read(f"tab {n}", file, pin=True)
    with pytest.raises(UploadRefused, match="busy with other files"):
        memory.put(10, "other", "other", OTHER)
    memory.uploads.drop("tab 1", "1")
    memory.put(10, "other", "other", OTHER)


def test_taken_content_is_kept_until_it_is_dropped(memory):
    file = memory.put(2)
    memory.uploads.take("s", file, "place", b"content")
    memory.now = 10 * MAX_WAITING_SECONDS
    memory.sweep("s")
    assert memory.uploads.read("s", file) == b"content"
    memory.uploads.drop("s", file)
    with pytest.raises(UnpaddedError, match="no longer on the server"):
        memory.uploads.read("s", file)
    assert memory.megabytes == 0


def test_an_uploader_holds_one_file(memory):
    for content in (b"first", b"second"):
        file = memory.put(2)
        memory.uploads.take("s", file, "place", content)
    assert memory.megabytes < 3
    assert memory.uploads.read("s", file) == b"second"
    memory.uploads.take("s", memory.put(2), "another place", b"third")
    memory.uploads.empty("s", "place")
    assert memory.megabytes < 3
    with pytest.raises(UnpaddedError):
        memory.uploads.read("s", file)


def test_files_taken_together_are_one_upload_of_the_same_visitor(memory):
    parts = [memory.put(5) for _ in range(3)]
    memory.uploads.take("s", "all", "place", b"0" * 15 * MB, parts)
    [upload] = memory.uploads.uploads
    assert (upload.visitor, upload.address, upload.size) == ("v", ADDRESS, 15 * MB)
    assert memory.uploads.read("s", "all") == b"0" * 15 * MB
    memory.uploads.take("s", "two of them", "place", b"0" * 10 * MB)
    [upload] = memory.uploads.uploads
    assert (upload.visitor, upload.address, upload.size) == ("v", ADDRESS, 10 * MB)
    with pytest.raises(UnpaddedError, match="no longer on the server"):
        memory.uploads.read("s", "all")


def test_the_files_of_a_selection_wait_for_the_last_one(memory):
    memory.put(2)
    last = memory.uploads.begin("s", "last", "v", ADDRESS)
    memory.now = 10 * MAX_WAITING_SECONDS
    memory.sweep("s")
    assert memory.files
    memory.files.add(("s", "last"))
    memory.uploads.end(last, stored=True)
    memory.now += MAX_WAITING_SECONDS / 2
    memory.sweep("s")
    assert len(memory.files) == 2
    memory.now += MAX_WAITING_SECONDS
    memory.sweep("s")
    assert not memory.files


def test_a_file_that_no_page_takes_is_removed_after_a_minute(memory):
    memory.put(20)
    memory.sweep("s")
    assert memory.files
    memory.now = MAX_WAITING_SECONDS + 1
    memory.sweep("s")
    assert not memory.files
    assert memory.megabytes == 0


def test_files_that_streamlit_drops_are_removed_and_incomplete_ones_are_not(memory):
    memory.put(20)
    memory.files.clear()
    coming = memory.uploads.begin("s", "coming", "v", ADDRESS)
    memory.sweep("s")
    assert memory.uploads.uploads == [coming]


def test_the_end_of_a_session_removes_its_files(memory):
    for session in ("s", "t"):
        memory.uploads.take(session, memory.put(2, session), "place", b"")
        memory.put(2, session)
        memory.uploads.store_refusal(session, DataError("why"))
    memory.sweep("t")
    assert {upload.session for upload in memory.uploads.uploads} == {"t"}
    assert memory.uploads.pop_refusal("s") is None
    assert str(memory.uploads.pop_refusal("t")) == "why"
    assert memory.uploads.pop_refusal("t") is None  # it is returned once


# The middleware, in front of an application that reads like Streamlit


async def read(request):
    if request.headers["x-xsrftoken"] != "1":
        return Response(status_code=403)
    size = 0
    async for part in request.stream():
        size += len(part)
    return Response(status_code=204, headers={"x-size": str(size)})


@pytest.fixture
def door(memory, monkeypatch):
    """Upload to the server; the fixture is a function that returns the response."""
    address = "/_stcore/upload_file/{session}/{file}"
    app = Starlette(
        routes=[Route(address, read, methods=["PUT", "DELETE"])],
        middleware=[Middleware(UploadLimit)],
    )
    monkeypatch.setattr(module, "get_uploads", lambda: memory.uploads)
    monkeypatch.setattr(module, "report_refusal", memory.uploads.store_refusal)
    monkeypatch.setattr(backend, "get_store", lambda: SimpleNamespace(limits=LIMITS))

    def ask_for(megabytes=0.0, method="PUT", path="/_stcore/upload_file/s/f", headers=(), **scope):
        parts = [b"0" * 2**16] * int(megabytes * MB / 2**16)
        headers = [*headers, ("X-Xsrftoken", "1")]  # the first counts
        return ask(app, path, method, headers, parts, **scope)

    return ask_for


def test_an_upload_passes_completely_and_is_counted(door, memory):
    answer = door(20)
    assert answer.status == 204
    assert int(answer.values("x-size")[0]) == pytest.approx(20 * MB, rel=0.01)
    assert memory.megabytes == pytest.approx(20, abs=2)
    assert door(method="DELETE").status == 204
    assert memory.megabytes == 0


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Transfer-Encoding", "chunked")],
        [("Content-Length", "5")],
        [("Content-Length", str(26 * MB))],
        [("Content-Length", "-1")],
        [("Content-Length", "9" * 5000)],
        [("Content-Length", "a lot")],
    ],
)
def test_a_too_large_upload_is_refused_with_a_message_whatever_its_headers(door, memory, headers):
    answer = door(30, headers=headers)
    assert answer.status == 413
    assert "are not opened yet exceed 25 MB" in answer.text
    assert memory.megabytes == 0
    assert "yet exceed 25 MB" in str(memory.uploads.pop_refusal("s"))


def test_without_a_cookie_uploads_count_by_address(door):
    for n in range(2):
        assert door(20, path=f"/_stcore/upload_file/s{n}/f").status == 204
    assert door(20, path="/_stcore/upload_file/s2/f").status == 413
    assert door(20, path="/_stcore/upload_file/s2/f", client=(OTHER, 1)).status == 204
    networks = [(f"2001:db8::{n}", 1) for n in range(1, 4)]  # one household's
    assert [
        door(20, path=f"/_stcore/upload_file/t{n}/f", client=client).status
        for n, client in enumerate(networks)
    ] == [204, 204, 413]


def test_uploads_that_streamlit_refuses_are_not_counted_and_delete_nothing(door, memory):
    door(20)
    for method in ("PUT", "DELETE"):
        assert door(5, method, headers=[("X-Xsrftoken", "2")]).status == 403
    assert memory.megabytes == pytest.approx(20, abs=2)


def test_files_of_a_too_large_selection_are_refused_before_their_first_byte(door, memory):
    answer = door(1, path=f"/_stcore/upload_file/s/1{TOO_MANY}")
    assert answer.status == 413
    assert "At most 23 files" in str(memory.uploads.pop_refusal("s"))
    assert memory.megabytes == 0


def test_everything_else_passes(door, memory):
    for path in ("/", "/_stcore/upload_file/s", "/_stcore/upload_file/s/f/g"):
        assert door(0, path=path).status == 404
    assert door(0, method="OPTIONS").status == 405
    assert memory.megabytes == 0
