import itertools
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from core import DataError
from runs.limits import Limits
from tests.support.asgi import ask
from ui import backend
from ui.http import uploads as module
from ui.http.uploads import SECONDS_TO_TAKE, UNIT, Refused, UploadLimit, Uploads

MB = 10**6
LIMITS = Limits(session_upload_megabytes=25, upload_megabytes=50, all_upload_megabytes=100)
ADDRESS = "192.0.2.1"
OTHER = "192.0.2.2"


class Memory:
    """Streamlit's, with uploads in front of it and a clock of its own."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.files, self.now = set(), 0.0
        self.uploads = Uploads(limits, self.remove, clock=lambda: self.now)
        self.numbers = itertools.count()

    def remove(self, session: str, file: str) -> None:
        self.files.discard((session, file))

    def put(
        self, megabytes: float, session="s", visitor="v", address=ADDRESS, file: str | None = None
    ) -> str:
        """A file that arrives; its id."""
        file = file or str(next(self.numbers))
        upload = self.uploads.begin(session, file, visitor, address)
        try:
            for _ in range(10):
                self.uploads.arrive(upload, int(megabytes * MB / 10))
        except Refused:
            self.uploads.end(upload, stored=False)
            raise
        self.files.add((session, file))
        self.uploads.end(upload, stored=True)
        return file

    def sweep(self, *sessions: str) -> None:
        self.uploads.sweep(sessions.__contains__, lambda *file: file in self.files)

    @property
    def megabytes(self) -> float:
        return self.uploads.total / MB


@pytest.fixture
def memory():
    return Memory()


def test_a_tab_has_its_limit(memory):
    memory.put(20)
    with pytest.raises(Refused, match="may take 25 MB"):
        memory.put(20)
    memory.put(3)
    memory.put(20, session="another tab")


def test_a_visitor_has_a_limit_over_all_tabs(memory):
    for tab in range(2):
        memory.put(20, session=f"tab {tab}")
    with pytest.raises(Refused, match="may take 50 MB"):
        memory.put(20, session="a third")
    memory.put(20, session="somebody else's", visitor="w")


def test_what_was_refused_counts_no_more(memory):
    for _ in range(10):
        with pytest.raises(Refused):
            memory.put(30)
    assert memory.megabytes == 0
    memory.put(20)


def test_the_smallest_counts_too_so_that_there_are_not_a_million(memory):
    for _ in range(LIMITS.session_upload_megabytes * MB // UNIT):
        memory.put(0)
    with pytest.raises(Refused):
        memory.put(0)


def test_a_file_that_is_sent_to_the_same_place_takes_the_place_of_the_other(memory):
    for _ in range(10):
        memory.put(10, file="same")
    assert memory.megabytes < 12


@pytest.mark.parametrize("announced", [26 * MB, 10**14])
def test_what_announces_too_much_is_refused_at_once(memory, announced):
    with pytest.raises(Refused):
        memory.uploads.begin("s", "f", "v", ADDRESS, announced)
    assert memory.megabytes == 0


def test_whoever_has_most_makes_room_for_others(memory):
    greedy = [memory.put(19, f"tab {n}", f"cookie {n}") for n in range(5)]
    assert memory.megabytes > 90
    memory.put(10, "other tab", "other", OTHER)
    assert memory.megabytes < 100
    assert ("tab 0", greedy[0]) not in memory.files  # the oldest
    assert len(memory.files) == 5


def test_many_cookies_of_one_address_are_not_worth_more(memory):
    for n in range(5):
        memory.put(19, f"tab {n}", f"cookie {n}")
    with pytest.raises(Refused, match="Many files"):
        memory.put(22, "tab 6", "cookie 6")
    memory.put(10, "small", "small")  # the one with least, behind the same router


def test_nobody_has_to_make_room_for_who_has_more(memory):
    for n in range(2):
        memory.put(19, f"small {n}", f"small {n}", OTHER)
    for n in range(9):
        memory.put(19, f"tab {n}", f"cookie {n}")
    assert {"small 0", "small 1", "tab 8"} <= {session for session, _ in memory.files}
    with pytest.raises(Refused, match="Many files"):
        memory.put(22, "small 2", "small 0", OTHER)  # the own one would have to


def test_an_upload_that_stands_still_makes_room_too(memory):
    slow = [memory.uploads.begin(f"tab {n}", "f", f"cookie {n}", ADDRESS) for n in range(5)]
    for upload in slow:
        memory.uploads.arrive(upload, 19 * MB)
    memory.put(10, "other", "other", OTHER)
    with pytest.raises(Refused):
        memory.uploads.arrive(slow[0], 0)
    memory.uploads.end(slow[0], stored=False)
    assert memory.megabytes < 100


def test_what_somebody_works_with_does_not_make_room(memory):
    for n in range(5):
        file = memory.put(19, f"tab {n}", f"cookie {n}")
        memory.uploads.take(f"tab {n}", file, "place", b"0" * 19 * MB)
        memory.uploads.read(f"tab {n}", file, pin=True)
    with pytest.raises(Refused, match="Many files"):
        memory.put(10, "other", "other", OTHER)
    memory.uploads.drop("tab 1", "1")
    memory.put(10, "other", "other", OTHER)


def test_what_a_page_took_is_there_until_it_is_dropped(memory):
    file = memory.put(2)
    memory.uploads.take("s", file, "place", b"content")
    memory.now = 10 * SECONDS_TO_TAKE
    memory.sweep("s")
    assert memory.uploads.read("s", file) == b"content"
    memory.uploads.drop("s", file)
    with pytest.raises(DataError, match="no longer on the server"):
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
    with pytest.raises(DataError):
        memory.uploads.read("s", file)


def test_a_file_that_no_page_takes_is_gone_after_a_minute(memory):
    memory.put(20)
    memory.sweep("s")
    assert memory.files
    memory.now = SECONDS_TO_TAKE + 1
    memory.sweep("s")
    assert not memory.files
    assert memory.megabytes == 0


def test_what_streamlit_forgets_is_forgotten_and_what_still_comes_is_not(memory):
    memory.put(20)
    memory.files.clear()
    coming = memory.uploads.begin("s", "coming", "v", ADDRESS)
    memory.sweep("s")
    assert memory.uploads._uploads == [coming]


def test_with_its_session_all_is_gone(memory):
    for session in ("s", "t"):
        memory.uploads.take(session, memory.put(2, session), "place", b"")
        memory.put(2, session)
        memory.uploads.refuse(session, DataError("why"))
    memory.sweep("t")
    assert {upload.session for upload in memory.uploads._uploads} == {"t"}
    assert memory.uploads.refusal("s") is None
    assert str(memory.uploads.refusal("t")) == "why"
    assert memory.uploads.refusal("t") is None  # it is said once


# The middleware, in front of something that reads like Streamlit


async def read(request):
    if request.headers["x-xsrftoken"] != "1":
        return Response(status_code=403)
    size = 0
    async for part in request.stream():
        size += len(part)
    return Response(status_code=204, headers={"x-size": str(size)})


@pytest.fixture
def door(memory, monkeypatch):
    """Ask the server for an upload."""
    address = "/_stcore/upload_file/{session}/{file}"
    app = Starlette(
        routes=[Route(address, read, methods=["PUT", "DELETE"])],
        middleware=[Middleware(UploadLimit)],
    )
    monkeypatch.setattr(module, "uploads", lambda: memory.uploads)
    monkeypatch.setattr(module, "_say", memory.uploads.refuse)
    monkeypatch.setattr(backend, "store", lambda: SimpleNamespace(limits=LIMITS))

    def ask_for(megabytes=0.0, method="PUT", path="/_stcore/upload_file/s/f", headers=(), **scope):
        parts = [b"0" * 2**16] * int(megabytes * MB / 2**16)
        headers = [*headers, ("X-Xsrftoken", "1")]  # the first counts
        return ask(app, path, method, headers, parts, **scope)

    return ask_for


def test_an_upload_passes_whole_and_is_counted(door, memory):
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
def test_too_much_is_refused_in_words_whatever_it_claims_to_be(door, memory, headers):
    answer = door(30, headers=headers)
    assert answer.status == 413
    assert "may take 25 MB on this server" in answer.text
    assert memory.megabytes == 0
    assert "may take 25 MB" in str(memory.uploads.refusal("s"))


def test_who_shows_no_cookie_counts_by_address(door):
    for n in range(2):
        assert door(20, path=f"/_stcore/upload_file/s{n}/f").status == 204
    assert door(20, path="/_stcore/upload_file/s2/f").status == 413
    assert door(20, path="/_stcore/upload_file/s2/f", client=(OTHER, 1)).status == 204
    networks = [(f"2001:db8::{n}", 1) for n in range(1, 4)]  # one household's
    assert [
        door(20, path=f"/_stcore/upload_file/t{n}/f", client=client).status
        for n, client in enumerate(networks)
    ] == [204, 204, 413]


def test_what_streamlit_refuses_is_not_counted_and_deletes_nothing(door, memory):
    door(20)
    for method in ("PUT", "DELETE"):
        assert door(5, method, headers=[("X-Xsrftoken", "2")]).status == 403
    assert memory.megabytes == pytest.approx(20, abs=2)


def test_everything_else_passes(door, memory):
    for path in ("/", "/_stcore/upload_file/s", "/_stcore/upload_file/s/f/g"):
        assert door(0, path=path).status == 404
    assert door(0, method="OPTIONS").status == 405
    assert memory.megabytes == 0
