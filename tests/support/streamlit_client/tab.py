"""``Tab``: one session, and what Streamlit's browser code sends and keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from uuid import uuid4

from google.protobuf.message import Message
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import (
    BackendOperationRequest,
    BackMsg,
    DeferredFileRequestPayload,
)
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo
from streamlit.proto.Common_pb2 import FileURLsRequest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.agent.interaction import AgentSessionClient
from streamlit.testing.v1.element_tree import ElementTree, parse_tree_from_messages
from websockets.sync.client import connect

from tests.support.streamlit_client.elements import build_untouched_state, get_content, get_widget

if TYPE_CHECKING:
    from tests.support.streamlit_client.visitor import Visitor

SECONDS = 60.0  # the longest a visitor waits for an answer
XSRF_COOKIE = "_streamlit_xsrf"


@dataclass
class Answer:
    """An action, the seconds until its run had ended and all of it was here, and the bytes of all
    messages that came meanwhile."""

    what: str
    seconds: float
    received: int = 0


@dataclass(eq=False)
class Question:
    """A run that was asked for: of a fragment, or of the whole page where that is ""."""

    what: str
    fragment: str
    asked: float
    received_before: int  # bytes of the tab until then
    begun: bool = False
    seconds: float | None = None  # None until it is answered


@dataclass
class Clock:
    """A fragment that repeats: how often, and when next."""

    interval: float
    due: float


@dataclass
class KeptMessage:
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
        # Widgets by id: the fragment and the script of each, what it holds, and, by form,
        # what was entered but not yet sent
        self.places: dict[str, tuple[str, str]] = {}
        self.states: dict[str, WidgetState] = {}
        self.forms: dict[str, dict[str, WidgetState]] = {}
        # Runs: those ended, those asked for, and the present one with the questions it answers
        self.runs = 0
        self.questions: list[Question] = []
        self.run, self.fragments, self.answering = "", [], []
        self.clocks: dict[str, Clock] = {}  # by fragment
        self.kept: dict[str, KeptMessage] = {}  # by hash
        self.keep_for = 0  # runs
        self.replies: dict[str, ForwardMsg] = {}  # to requests other than runs, by their id
        self.received = 0  # bytes

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
        """Run the fragment of a widget, or the page if it is in none."""
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
        began = perf_counter() if began is None else began
        question = Question(what, fragment, began, self.received)
        self.send_question(question, pressed, page_hash, is_back=is_back)
        self.watch(lambda: question.seconds is not None, SECONDS, what)
        return question.seconds

    def send_question(
        self,
        question: Question,
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

    def upload_urls(self, *file_names: str) -> list[Message]:
        """Where files that were chosen together may be sent, and deleted again."""
        request = FileURLsRequest(
            request_id=str(uuid4()), file_names=file_names, session_id=self.session
        )
        self.send(BackMsg(file_urls_request=request))
        return list(self.reply(request.request_id).file_urls_response.file_urls)

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
                self.send_question(Question("poll", fragment, now, self.received), poll=True)
            until = min(until, clock.due)
        try:
            data = self.socket.recv(timeout=max(until - perf_counter(), 0))
        except TimeoutError:
            return
        self.received += len(data)
        self.take(ForwardMsg.FromString(data), perf_counter())

    def take(self, message: ForwardMsg, now: float) -> None:
        """Do with a message what a browser does."""
        if message.WhichOneof("type") == "ref_hash":
            kept = self.kept[message.ref_hash]
            kept.run = self.runs
            message = ForwardMsg(delta=kept.message.delta, metadata=message.metadata)
        elif message.metadata.cacheable:
            self.kept[message.hash] = KeptMessage(message, self.runs)
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
                    self.clocks[clock.fragment_id] = Clock(clock.interval, due)
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
        those whose own run was interrupted by this one."""
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
        that was interrupted by a new one leaves its questions to the next."""
        early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if early or message.metadata.run.script_run_id != self.run:
            return
        self.runs += 1
        for name, kept in list(self.kept.items()):
            concerned = not self.fragments or kept.message.delta.fragment_id in self.fragments
            if concerned and self.runs - kept.run > self.keep_for:
                del self.kept[name]
        drawn = {widget.id for each in self.client.messages if (widget := get_widget(each))}
        self.places = {name: place for name, place in self.places.items() if name in drawn}
        self.states = {name: state for name, state in self.states.items() if name in drawn}
        for question in self.answering:
            question.seconds = now - question.asked
            received = self.received - question.received_before
            self.visitor.answers.append(Answer(question.what, question.seconds, received))
            self.questions.remove(question)
        self.answering = []

    def appear(self, message: ForwardMsg) -> None:
        """Something is drawn."""
        kind, content = get_content(message)
        if kind == "exception":
            self.note(content.message)
        elif kind == "alert" and content.format == Alert.ERROR:
            self.note(content.body)
        widget = get_widget(message)
        if widget is None:
            return
        fragment, script = message.delta.fragment_id, message.metadata.active_script_hash
        self.places[widget.id] = fragment, script
        if widget.id not in self.states or getattr(widget, "set_value", False):
            state = build_untouched_state(kind, widget)
            if state is not None:
                self.states[widget.id] = state

    def note(self, error: str) -> None:
        if error not in self.visitor.errors:
            self.visitor.errors.append(error)
