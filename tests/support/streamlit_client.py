"""A visitor without a browser: it speaks Streamlit's own protocol, so that many fit on a machine.

    with Visitor("http://127.0.0.1:8501") as visitor:
        visitor.open("/Train")
        visitor.click("Start training")
        visitor.wait_for("Finished", 60)
        print(visitor.texts(), visitor.answers)

A ``Tab`` sends and keeps what Streamlit's browser code (1.67) sends and keeps: the values of all
widgets, the query string, large messages for when they come again, and the clocks of fragments
that repeat. What stands on the screen when a run has ended is decided by Streamlit's own
``AgentSessionClient`` and read as AppTest's elements. Nothing happens in a tab while nobody
calls: its fragments do not repeat then. ``look`` just watches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import parse_qsl, urljoin, urlsplit
from uuid import uuid4

import pandas as pd
import requests
from google.protobuf.message import Message
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import (
    BackendOperationRequest,
    BackMsg,
    DeferredFileRequestPayload,
)
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLsRequest, StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.agent.interaction import AgentSessionClient
from streamlit.testing.v1.element_tree import Element, ElementTree, parse_tree_from_messages
from websockets.sync.client import connect

SECONDS = 60.0  # the longest a visitor waits for an answer
XSRF_COOKIE = "_streamlit_xsrf"

# Kinds of elements, in AppTest's words
TYPED = "number_input text_input text_area"
CHOSEN = "button_group multiselect radio selectbox"
CHECKED = "checkbox toggle"
PROSE = "caption code error header info markdown subheader success text title toast warning"


@dataclass
class Answer:
    """What was asked, and the seconds until its run had ended and all of it was here."""

    what: str
    seconds: float


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
        self.http.mount("http://", _From(self.source))
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
        path, query = _path_and_query(url)
        pages = {self.tab.path_of(page.page_script_hash): page for page in self.tab.pages}
        if path not in pages:
            raise LookupError(f"No page “{path}”; there are {sorted(pages)}")
        return self.tab.go(f"open {url}", pages[path].page_script_hash, query)

    def page_link(self, label: str) -> float:
        """Follow a link on the page or in its menu."""
        link = _usable(self.find("page_link", label))
        return self.tab.go(f"page {label}", link.page_script_hash, link.query_string)

    def refresh(self) -> float:
        """A browser's reload: a new session under the same address, with the same cookies."""
        url = f"/{self.path}" + (f"?{self.tab.query}" if self.tab.query else "")
        return self._load(f"refresh {url}", url)

    def miss_the_last_run(self) -> float:
        """Run the page again, in a browser that was too slow to show anything of the run before:
        what its inputs hold is what this run says alone."""
        self.tab.states.clear()
        return self.tab.ask("run again")

    def repeat(self, fragment: str) -> None:
        """Send a repetition that the browser asked for at an earlier time."""
        self.tab.send_question(_Question("repeat", fragment, perf_counter()), poll=True)

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
        return [text for element in self.tab.screen if (text := _words(element))]

    def dataframes(self) -> list[pd.DataFrame]:
        return [element.value for element in self.find_all("dataframe")]

    def value(self, name: str) -> bool | float | str | list[str] | None:
        """What an input holds."""
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
            if name is None or name in _names(element):
                return element
        there = [_names(element) for element in found]
        raise LookupError(f"No {kinds} “{name}” on /{self.path}; there are {there}")

    def click(self, name: str) -> float:
        """Press a button. One that sends a form takes along what was entered there."""
        button = _usable(self.find("button", name))
        self.tab.states.update(self.tab.forms.pop(button.form_id, {}))
        return self.tab.rerun(f"click {name}", button.id, pressed=True)

    def type(self, name: str, value: float | str) -> float:
        """Fill in a number or a text. 0.0 in a form, which waits for its button."""
        widget = _usable(self.find(TYPED, name))
        return self._enter(f"type {name}", widget, _plain_state(widget.type, widget, value))

    def choose(self, name: str, *options: str) -> float:
        """Choose among options by the words one reads; several where an input takes several."""
        widget = _usable(self.find(CHOSEN, name))
        unknown = set(options) - set(widget.options)
        if unknown:
            raise LookupError(f"“{name}” has no option {unknown}, only {list(widget.options)}")
        if widget.type in ("button_group", "multiselect"):
            state = WidgetState(id=widget.id, string_array_value=StringArray(data=options))
        else:
            state = WidgetState(id=widget.id, string_value=options[0])
        return self._enter(f"choose {name}", widget, state)

    def check(self, name: str, on: bool = True) -> float:
        """Set a checkbox or a toggle."""
        widget = _usable(self.find(CHECKED, name))
        return self._enter(f"check {name}", widget, _plain_state("checkbox", widget, on))

    def upload(self, name: str, file_name: str, content: bytes) -> float:
        """Put a file in an uploader, in place of the one there; seconds from the first byte."""
        began = perf_counter()
        uploader = _usable(self.find("file_uploader", name))
        before = self.tab.states[uploader.id].file_uploader_state_value.uploaded_file_info
        urls = self.tab.upload_urls(file_name)
        xsrf = {"X-Xsrftoken": self.cookies.get(XSRF_COOKIE, "")}
        file = {"file": (file_name, content)}
        self._fetch("PUT", urls.upload_url, f"PUT {file_name}", files=file, headers=xsrf)
        files = FileUploaderState()
        files.uploaded_file_info.add(
            name=file_name, size=len(content), file_id=urls.file_id, file_urls=urls
        )
        for old in before:
            self._fetch("DELETE", old.file_urls.delete_url, f"DELETE {old.name}", headers=xsrf)
        state = WidgetState(id=uploader.id, file_uploader_state_value=files)
        self._enter(f"upload {file_name}", uploader, state)
        return perf_counter() - began

    def download(self, name: str) -> bytes:
        """What a download button gives, also where the server makes it only now."""
        button = _usable(self.find("download_button", name))
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
        self.tab = Tab(self, *_path_and_query(url))
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


class _From(requests.adapters.HTTPAdapter):
    """Connects from an address of this machine; None: from whichever."""

    def __init__(self, source: tuple[str, int] | None) -> None:
        self.source = source
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, source_address=self.source, **options)


@dataclass(eq=False)
class _Question:
    """A run that was asked for: of a fragment, or of the whole page where that is ""."""

    what: str
    fragment: str
    asked: float
    begun: bool = False
    seconds: float | None = None  # None until it is answered


@dataclass
class _Clock:
    """A fragment that repeats: how often, and when next."""

    interval: float
    due: float


@dataclass
class _Kept:
    """A large message, for when the server only names it, and the run that last needed it."""

    message: ForwardMsg
    run: int


class Tab:
    """One session: what Streamlit's browser code does between the server and the screen."""

    def __init__(self, visitor: Visitor, path: str, query: str) -> None:
        self.visitor, self.first_path, self.query = visitor, path, query
        cookies = visitor.cookies
        self.socket = connect(
            f"ws{visitor.address.removeprefix('http')}/_stcore/stream",
            origin=visitor.address,
            subprotocols=["streamlit", cookies.get(XSRF_COOKIE, "PLACEHOLDER_AUTH_TOKEN")],
            additional_headers=visitor.headers
            | {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())},
            proxy=None,
            source_address=visitor.source,
            compression=None,  # the server's own default
            max_size=None,
            ping_interval=None,  # the server pings
        ).__enter__()
        self.session, self.pages, self.main_hash, self.page_hash = "", [], "", ""
        self.client = AgentSessionClient()
        self._tree: ElementTree | None = None
        # Widgets by id: the fragment and the script each stands in, what it holds, and, by form,
        # what was entered but not yet sent
        self.places: dict[str, tuple[str, str]] = {}
        self.states: dict[str, WidgetState] = {}
        self.forms: dict[str, dict[str, WidgetState]] = {}
        # Runs: those ended, those asked for, and the present one with the questions it answers
        self.runs = 0
        self.questions: list[_Question] = []
        self.run, self.fragments, self.answering = "", [], []
        self.clocks: dict[str, _Clock] = {}  # by fragment
        self.kept: dict[str, _Kept] = {}  # by hash
        self.keep_for = 0  # runs
        self.replies: dict[str, ForwardMsg] = {}  # to requests other than runs, by their id

    @property
    def screen(self) -> ElementTree:
        if self._tree is None:
            self._tree = parse_tree_from_messages(self.client.messages)
        return self._tree

    def path_of(self, page_hash: str) -> str:
        for page in self.pages:
            if page.page_script_hash == page_hash:
                return "" if page.is_default else page.url_pathname
        return self.first_path

    def go(self, what: str, page_hash: str, query: str) -> float:
        """To another page of the same session. Only widgets of the main script come along."""
        self.query = query
        self.clocks.clear()
        self.forms.clear()
        leaving = [name for name, (_, script) in self.places.items() if script != self.main_hash]
        for name in leaving:
            self.states.pop(name, None)
        return self.ask(what, page_hash=page_hash)

    def rerun(self, what: str, widget: str, pressed: bool = False) -> float:
        """Run the fragment that a widget stands in, or else the page."""
        fragment = self.places[widget][0]
        if fragment:  # its repetition ends first: nothing would tell its run from the next one
            self.watch(lambda: not self.awaits(fragment), SECONDS, "waiting for a repetition")
            if widget not in self.places:
                raise LookupError(f"{what}: it went away just now")
        return self.ask(what, fragment, pressed=widget if pressed else "")

    def awaits(self, fragment: str) -> bool:
        return any(question.fragment == fragment for question in self.questions)

    def ask(
        self,
        what: str,
        fragment: str = "",
        pressed: str = "",
        page_hash: str = "",
        began: float | None = None,
        is_back: bool = False,
    ) -> float:
        """Ask for a run and wait for its end; the seconds that took."""
        question = _Question(what, fragment, perf_counter() if began is None else began)
        self.send_question(question, pressed, page_hash, is_back=is_back)
        self.watch(lambda: question.seconds is not None, SECONDS, what)
        return question.seconds

    def send_question(
        self,
        question: _Question,
        pressed: str = "",
        page_hash: str = "",
        poll: bool = False,
        is_back: bool = False,
    ) -> None:
        states = list(self.states.values())
        if pressed:
            states.append(WidgetState(id=pressed, trigger_value=True))
        page_hash = page_hash or self.page_hash
        client_state = ClientState(
            query_string=self.query,
            widget_states=WidgetStates(widgets=states),
            page_script_hash=page_hash,
            page_name="" if page_hash else self.first_path,
            fragment_id=question.fragment,
            is_auto_rerun=poll,
            is_history_navigation=is_back,
            cached_message_hashes=list(self.kept),
            context_info=ContextInfo(
                timezone="UTC",
                timezone_offset=0,
                locale=self.visitor.locale,
                url=urljoin(f"{self.visitor.address}/", self.path_of(self.page_hash)),
                is_embedded=False,
                color_scheme="light",
            ),
        )
        self.questions.append(question)
        self.send(BackMsg(rerun_script=client_state))

    def upload_urls(self, file_name: str) -> Message:
        """Where a file may be sent, and deleted again."""
        request = FileURLsRequest(
            request_id=str(uuid4()), file_names=[file_name], session_id=self.session
        )
        self.send(BackMsg(file_urls_request=request))
        return self.reply(request.request_id).file_urls_response.file_urls[0]

    def download_url(self, deferred: str) -> str:
        """Where a file is that the server makes on demand."""
        request = BackendOperationRequest(
            request_id=str(uuid4()),
            session_id=self.session,
            deferred_file=DeferredFileRequestPayload(file_id=deferred),
        )
        self.send(BackMsg(backend_operation_request=request))
        reply = self.reply(request.request_id).backend_operation_response
        if reply.error_msg:
            raise RuntimeError(f"The server could not make the file: {reply.error_msg}")
        return reply.deferred_file.url

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def reply(self, request: str) -> ForwardMsg:
        self.watch(lambda: request in self.replies, SECONDS, "waiting for a file's address")
        return self.replies.pop(request)

    def watch(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        until = perf_counter() + seconds
        while not done():
            if perf_counter() >= until:
                raise TimeoutError(f"{what}: not in {seconds:g} s")
            self.listen(until)

    def listen(self, until: float) -> None:
        """Let the clocks that are due ask; then take one message, if one comes in time."""
        now = perf_counter()
        for fragment, clock in self.clocks.items():
            # A browser asks again before it has an answer, and the server then answers both by
            # one run. Asking when the answer is there costs the server as much, and tells whose
            # run is whose.
            if self.awaits(fragment):
                continue
            if clock.due <= now:
                clock.due = now + clock.interval - (now - clock.due) % clock.interval
                self.send_question(_Question("poll", fragment, now), poll=True)
            until = min(until, clock.due)
        try:
            data = self.socket.recv(timeout=max(until - perf_counter(), 0))
        except TimeoutError:
            return
        self.take(ForwardMsg.FromString(data), perf_counter())

    def take(self, message: ForwardMsg, now: float) -> None:
        """Do with a message what a browser does."""
        if message.WhichOneof("type") == "ref_hash":
            kept = self.kept[message.ref_hash]
            kept.run = self.runs
            message = ForwardMsg(delta=kept.message.delta, metadata=message.metadata)
        elif message.metadata.cacheable:
            self.kept[message.hash] = _Kept(message, self.runs)
        self.client.write_forward_msg(message)
        self._tree = None
        match message.WhichOneof("type"):
            case "new_session":
                self.begin(message)
            case "navigation":
                self.pages = list(message.navigation.app_pages)
                self.page_hash = message.navigation.page_script_hash
            case "delta":
                self.appear(message)
            case "auto_rerun":
                clock, known = message.auto_rerun, self.clocks.get(message.auto_rerun.fragment_id)
                if known is None or known.interval != clock.interval:
                    due = now + clock.interval
                    self.clocks[clock.fragment_id] = _Clock(clock.interval, due)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self.clocks.pop(fragment, None)
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "script_finished":
                self.finish(message, now)
            case "session_event":
                if message.session_event.HasField("script_compilation_exception"):
                    self.note(message.session_event.script_compilation_exception.message)
            case "page_not_found":
                self.note(f"No page “{message.page_not_found.page_name}”")
            case "file_urls_response":
                self.replies[message.file_urls_response.response_id] = message
            case "backend_operation_response":
                self.replies[message.backend_operation_response.request_id] = message

    def begin(self, message: ForwardMsg) -> None:
        """A run begins. A whole page's answers every question; a fragment's, those about it, and
        those whose own run broke off for this one."""
        session, run = message.new_session, message.metadata.run
        self.session, self.main_hash = session.initialize.session_id, session.main_script_hash
        self.page_hash = session.page_script_hash
        self.keep_for = session.config.max_cached_message_age
        self.run, self.fragments = run.script_run_id, list(run.fragment_ids)
        if not self.fragments:
            self.clocks.clear()
        self.answering = [
            question
            for question in self.questions
            if not self.fragments or question.begun or question.fragment in self.fragments
        ]
        for question in self.answering:
            question.begun = True

    def finish(self, message: ForwardMsg, now: float) -> None:
        """A run has ended. What it did not draw again is gone, and what those widgets held. One
        that broke off to begin anew leaves its questions to the next."""
        early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if early or message.metadata.run.script_run_id != self.run:
            return
        self.runs += 1
        for name, kept in list(self.kept.items()):
            concerned = not self.fragments or kept.message.delta.fragment_id in self.fragments
            if concerned and self.runs - kept.run > self.keep_for:
                del self.kept[name]
        drawn = {widget.id for each in self.client.messages if (widget := _widget(each))}
        self.places = {name: place for name, place in self.places.items() if name in drawn}
        self.states = {name: state for name, state in self.states.items() if name in drawn}
        for question in self.answering:
            question.seconds = now - question.asked
            self.visitor.answers.append(Answer(question.what, question.seconds))
            self.questions.remove(question)
        self.answering = []

    def appear(self, message: ForwardMsg) -> None:
        """Something is drawn."""
        kind, content = _content(message)
        if kind == "exception":
            self.note(content.message)
        elif kind == "alert" and content.format == Alert.ERROR:
            self.note(content.body)
        widget = _widget(message)
        if widget is None:
            return
        fragment, script = message.delta.fragment_id, message.metadata.active_script_hash
        self.places[widget.id] = fragment, script
        if widget.id not in self.states or getattr(widget, "set_value", False):
            state = _untouched_state(kind, widget)
            if state is not None:
                self.states[widget.id] = state

    def note(self, error: str) -> None:
        if error not in self.visitor.errors:
            self.visitor.errors.append(error)


def _path_and_query(url: str) -> tuple[str, str]:
    return urlsplit(url).path.strip("/"), urlsplit(url).query


def _content(message: ForwardMsg) -> tuple[str, Message | None]:
    """The kind of element that a message draws, and its content; ("", None) for other messages."""
    if message.HasField("delta") and message.delta.HasField("new_element"):
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        return kind, getattr(element, kind)
    return "", None


def _widget(message: ForwardMsg) -> Message | None:
    """The content of a message that draws a widget."""
    content = _content(message)[1]
    return content if getattr(content, "id", "") else None


def _untouched_state(kind: str, widget: Message) -> WidgetState | None:
    """What a widget holds that nobody has touched, or that the script has set. A browser sends
    it like anything else. None for kinds that send nothing then."""
    state = WidgetState(id=widget.id)
    match kind:
        case "checkbox" | "number_input" | "text_input" | "text_area":
            field = "value" if widget.set_value else "default"
            if kind == "checkbox" or widget.HasField(field):
                return _plain_state(kind, widget, getattr(widget, field))
        case "radio" | "selectbox":
            if widget.set_value and widget.HasField("raw_value"):
                state.string_value = widget.raw_value
            elif not widget.set_value and widget.HasField("default"):
                state.string_value = widget.options[widget.default]
        case "button_group" | "multiselect":
            options = [getattr(option, "content", option) for option in widget.options]
            values = [options[each] for each in widget.default]
            state.string_array_value.data[:] = widget.raw_values if widget.set_value else values
        case "file_uploader":
            state.file_uploader_state_value.SetInParent()
        case _:
            return None
    return state


def _plain_state(kind: str, widget: Message | Element, value: float | str) -> WidgetState:
    """The state of a widget that holds one number or text, or is on or off."""
    if kind == "checkbox":
        return WidgetState(id=widget.id, bool_value=value)
    if kind != "number_input":
        return WidgetState(id=widget.id, string_value=value)
    if widget.data_type == NumberInput.INT:
        return WidgetState(id=widget.id, int_value=int(value))
    return WidgetState(id=widget.id, double_value=value)


def _usable(element: Element) -> Element:
    if element.disabled:
        raise RuntimeError(f"“{_label(element)}” is disabled")
    return element


def _names(element: Element) -> tuple[str, ...]:
    """The label and the key, if there are any."""
    return tuple(filter(None, (_label(element), getattr(element, "key", None))))


def _label(element: Element) -> str:
    return _unescaped(getattr(element, "label", ""))


def _words(element: Element) -> str:
    """What one reads of an element, or of a tab or an expander."""
    if element.type == "metric":
        return f"{_label(element)}: {element.value}"
    if element.type == "progress":
        return _unescaped(element.text)
    if element.type == "exception":
        return element.message
    return _unescaped(element.value) if element.type in PROSE.split() else _label(element)


def _unescaped(markdown: str) -> str:
    """Text without the backslashes that keep it from being Markdown."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", markdown)
