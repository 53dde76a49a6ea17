"""``Visitor``: a person with a browser, who opens pages, uses inputs and reads the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from urllib.parse import parse_qsl, urljoin, urlsplit

import pandas as pd
import requests
from streamlit.proto.Common_pb2 import DoubleArray, FileUploaderState, StringArray
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1.element_tree import Block, Element

from tests.support.streamlit_client.elements import (
    CHECKED,
    CHOSEN,
    TYPED,
    build_plain_state,
    get_names,
    read_words,
    require_enabled,
)
from tests.support.streamlit_client.tab import SECONDS, XSRF_COOKIE, Answer, Question, Tab


class Visitor:
    """A person with a browser. ``cookies`` are those of earlier visits; ``locale`` the language;
    ``source`` the address of this machine that they come from, such as 127.0.0.2; ``headers``
    what a proxy in front would add.

    Whatever is asked for is waited for. Names are labels, as one reads them, or widgets' keys.
    """

    def __init__(
        self,
        address: str,
        cookies: dict[str, str] | None = None,
        locale: str = "en-US",
        source: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.locale = locale
        self.answers: list[Answer] = []
        self.errors: list[str] = []  # each that was ever shown, once
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy
        self.http.cookies.update(cookies or {})
        self.source = (source, 0) if source else None
        self.http.mount("http://", _SourceAdapter(self.source))
        self.headers = headers or {}
        self.http.headers.update(self.headers)
        self.tab: Tab | None = None

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, url: str = "/") -> float:
        """Open a page by its address, "/Runs?run=abc"; seconds until it stands there. The first
        time loads the app; later ones keep the session, as a link in the app does."""
        if self.tab is None:
            return self._load(f"open {url}", url)
        path, query = _split_url(url)
        pages = {self.tab.path_of(page.page_script_hash): page for page in self.tab.pages}
        if path not in pages:
            raise LookupError(f"No page “{path}”; there are {sorted(pages)}")
        return self.tab.go(f"open {url}", pages[path].page_script_hash, query)

    def page_link(self, label: str) -> float:
        """Follow a link on the page or in its menu."""
        link = require_enabled(self.find("page_link", label))
        return self.tab.go(f"page {label}", link.page_script_hash, link.query_string)

    def refresh(self) -> float:
        """A browser's reload: a new session under the same address, with the same cookies."""
        url = f"/{self.path}" + (f"?{self.tab.query}" if self.tab.query else "")
        return self._load(f"refresh {url}", url)

    def run_again(self) -> float:
        """Run the whole page again as it is, as after any input outside a fragment."""
        return self.tab.ask("run again")

    def miss_the_last_run(self) -> float:
        """Run the page again, in a browser that was too slow to show anything of the run before:
        what its inputs hold is what this run says alone."""
        self.tab.states.clear()
        return self.tab.ask("run again")

    def repeat(self, fragment: str) -> None:
        """Send a repetition that the browser asked for at an earlier time."""
        question = Question("repeat", fragment, perf_counter(), self.tab.received)
        self.tab.send_question(question, poll=True)

    def go_back(self, query: str) -> float:
        """The browser's Back, to an earlier address of this page."""
        self.tab.query = query
        return self.tab.ask(f"back to {query}", is_back=True)

    def forget_address(self, query: str) -> None:
        """Send an earlier address with the next request, as a browser does that has not heard of
        the latest yet."""
        self.tab.query = query

    @property
    def query_string(self) -> str:
        """The address bar after the path."""
        return self.tab.query

    @property
    def values(self) -> dict[str, WidgetState]:
        """The values of all inputs, by their ids."""
        return dict(self.tab.states)

    @property
    def repeating(self) -> list[str]:
        """The ids of the fragments that repeat."""
        return list(self.tab.clocks)

    def close(self) -> None:
        """Close the tab. The cookies stay, for a visit that comes back by ``open``."""
        if self.tab is not None:
            self.tab.socket.close()
            self.tab = None
        self.http.close()

    @property
    def path(self) -> str:
        """The path in the address bar: "" for the main page, "Data" for /Data."""
        return self.tab.path_of(self.tab.page_hash)

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the address bar, also those that the page has set."""
        return dict(parse_qsl(self.tab.query, keep_blank_values=True))

    @property
    def cookies(self) -> dict[str, str]:
        return self.http.cookies.get_dict()

    def texts(self) -> list[str]:
        """All that one can read outside tables, pictures and inputs, in the order of the page."""
        return [text for element in self.tab.screen if (text := read_words(element))]

    def dataframes(self) -> list[pd.DataFrame]:
        return [element.value for element in self.find_all("dataframe")]

    def value(self, name: str) -> bool | float | str | list[str] | None:
        """Return the value of an input."""
        widget = self.find(f"{TYPED} {CHOSEN} {CHECKED}", name)
        state = (self.tab.states | self.tab.forms.get(widget.form_id, {}))[widget.id]
        field = state.WhichOneof("value")
        value = getattr(state, field) if field else None
        return list(value.data) if field == "string_array_value" else value

    def find_all(self, kind: str) -> list[Element]:
        """All elements of a kind, in AppTest's words: "button", "metric", "error" …"""
        return list(self.tab.screen.get(kind))

    def find(self, kinds: str, name: str | None = None) -> Element:
        """The first element of a kind, or of several, "text_input text_area", with this name."""
        found = [element for kind in kinds.split() for element in self.find_all(kind)]
        for element in found:
            if name is None or name in get_names(element):
                return element
        there = [get_names(element) for element in found]
        raise LookupError(f"No {kinds} “{name}” on /{self.path}; there are {there}")

    def click(self, name: str) -> float:
        """Press a button. One that sends a form takes along what was entered there."""
        button = require_enabled(self.find("button", name))
        self.tab.states.update(self.tab.forms.pop(button.form_id, {}))
        return self.tab.rerun(f"click {name}", button.id, pressed=True)

    def type(self, name: str, value: float | str | None) -> float:
        """Fill in a number or a text; None empties it. 0.0 in a form, which waits for a button."""
        widget = require_enabled(self.find(TYPED, name))
        return self._enter(f"type {name}", widget, build_plain_state(widget.type, widget, value))

    def choose(self, name: str, *options: str) -> float:
        """Choose among options by the words one reads; several where an input takes several."""
        widget = require_enabled(self.find(CHOSEN, name))
        unknown = set(options) - set(widget.options)
        if unknown:
            raise LookupError(f"“{name}” has no option {unknown}, only {list(widget.options)}")
        if widget.type in ("button_group", "multiselect"):
            state = WidgetState(id=widget.id, string_array_value=StringArray(data=options))
        else:
            state = WidgetState(id=widget.id, string_value=options[0])
        return self._enter(f"choose {name}", widget, state)

    def slide(self, name: str, value: float) -> float:
        """Move a slider that has one handle."""
        widget = require_enabled(self.find("slider", name))
        state = WidgetState(id=widget.id, double_array_value=DoubleArray(data=[value]))
        return self._enter(f"slide {name}", widget, state)

    def open_tab(self, name: str) -> float:
        """Open a tab of those that run the page when they are opened."""
        for block in _list_blocks(self.tab.screen.main):
            labels = [child.label for child in block.children.values() if child.type == "tab"]
            if name in labels and (id := block.proto.tab_container.id):
                self.tab.states[id] = WidgetState(id=id, string_value=name)
                return self.tab.ask(f"open {name}")
        raise LookupError(f"No tab “{name}” on /{self.path}")

    def check(self, name: str, on: bool = True) -> float:
        """Set a checkbox or a toggle."""
        widget = require_enabled(self.find(CHECKED, name))
        return self._enter(f"check {name}", widget, build_plain_state("checkbox", widget, on))

    def upload(self, name: str, file_name: str, content: bytes) -> float:
        """Put a file in an uploader, in place of those there; seconds from the first byte."""
        return self.upload_together(name, {file_name: content})

    def upload_together(self, name: str, files: dict[str, bytes], beside: bool = False) -> float:
        """Put files in an uploader that are chosen at once, in place of those there or beside
        them. Like a browser, it goes on without those that the server refuses."""
        began = perf_counter()
        uploader = require_enabled(self.find("file_uploader", name))
        before = self.tab.states[uploader.id].file_uploader_state_value.uploaded_file_info
        xsrf = {"X-Xsrftoken": self.cookies.get(XSRF_COOKIE, "")}
        listed = FileUploaderState(uploaded_file_info=before if beside else ())
        addresses = self.tab.upload_urls(*files)
        for (file_name, content), urls in zip(files.items(), addresses, strict=True):
            file = {"file": (file_name, content)}
            try:
                self._fetch("PUT", urls.upload_url, f"PUT {file_name}", files=file, headers=xsrf)
            except requests.HTTPError:
                if len(files) == 1:
                    raise
                continue
            listed.uploaded_file_info.add(
                name=file_name, size=len(content), file_id=urls.file_id, file_urls=urls
            )
        if len(listed.uploaded_file_info) == (len(before) if beside else 0):
            return perf_counter() - began
        for old in () if beside else before:
            self._fetch("DELETE", old.file_urls.delete_url, f"DELETE {old.name}", headers=xsrf)
        self._enter_files(f"upload {', '.join(files)}", uploader, listed)
        return perf_counter() - began

    def remove_file(self, name: str, file_name: str) -> float:
        """Take a file out of an uploader."""
        uploader = require_enabled(self.find("file_uploader", name))
        listed = FileUploaderState()
        for each in self.tab.states[uploader.id].file_uploader_state_value.uploaded_file_info:
            if each.name != file_name:
                listed.uploaded_file_info.append(each)
                continue
            xsrf = {"X-Xsrftoken": self.cookies.get(XSRF_COOKIE, "")}
            self._fetch("DELETE", each.file_urls.delete_url, f"DELETE {file_name}", headers=xsrf)
        return self._enter_files(f"remove {file_name}", uploader, listed)

    def _enter_files(self, what: str, uploader: Element, listed: FileUploaderState) -> float:
        state = WidgetState(id=uploader.id, file_uploader_state_value=listed)
        return self._enter(what, uploader, state)

    def download(self, name: str) -> bytes:
        """Return the bytes of a download button, also where the server makes it only now."""
        button = require_enabled(self.find("download_button", name))
        deferred = button.proto.HasField("deferred_file_id")
        url = self.tab.download_url(button.deferred_file_id) if deferred else button.url
        content = self._fetch("GET", url, f"GET {name}").content
        if not button.ignore_rerun:
            self.tab.rerun(f"download {name}", button.id, pressed=True)
        return content

    def wait_for(self, seen: str | Callable[[Visitor], object], seconds: float = SECONDS) -> float:
        """Watch until a text is there, or until ``seen`` finds what it looks for; both look
        whenever a run has ended. Returns the seconds that took."""
        looked = -1

        def there() -> bool:
            nonlocal looked
            if looked == self.tab.runs:
                return False
            looked = self.tab.runs
            if isinstance(seen, str):
                return any(seen in text for text in self.texts())
            return bool(seen(self))

        began = perf_counter()
        try:
            self.tab.watch(there, seconds, f"waiting for {seen!r}")
        except TimeoutError as late:
            raise TimeoutError(f"{late}; on the screen: {self.texts()}") from None
        return perf_counter() - began

    def look(self, seconds: float) -> None:
        """Stay on the page and watch."""
        until = perf_counter() + seconds
        while perf_counter() < until:
            self.tab.listen(until)

    def _load(self, what: str, url: str) -> float:
        """Fetch the page's frame, connect, run the script."""
        began = perf_counter()
        if self.tab is not None:
            self.tab.socket.close()
        for each in (url, "/_stcore/health", "/_stcore/host-config"):  # the second sets a cookie
            self._fetch("GET", each, f"GET {each}")
        self.tab = Tab(self, *_split_url(url))
        return self.tab.ask(what, began=began)

    def _enter(self, what: str, widget: Element, state: WidgetState) -> float:
        """An input has another value now; in a form, nobody hears of it yet."""
        if widget.form_id:
            self.tab.forms.setdefault(widget.form_id, {})[widget.id] = state
            return 0.0
        self.tab.states[widget.id] = state
        return self.tab.rerun(what, widget.id)

    def _fetch(self, method: str, url: str, what: str, **arguments: object) -> requests.Response:
        began = perf_counter()
        address = urljoin(f"{self.address}/", url.lstrip("/"))  # below its path, if it has one
        response = self.http.request(method, address, timeout=SECONDS, **arguments)
        response.raise_for_status()
        self.answers.append(Answer(what, perf_counter() - began))
        return response


class _SourceAdapter(requests.adapters.HTTPAdapter):
    """Connects from an address of this machine; None: from whichever."""

    def __init__(self, source: tuple[str, int] | None) -> None:
        self.source = source
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, source_address=self.source, **options)


def _split_url(url: str) -> tuple[str, str]:
    return urlsplit(url).path.strip("/"), urlsplit(url).query


def _list_blocks(block: Block) -> Iterator[Block]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield child
            yield from _list_blocks(child)
