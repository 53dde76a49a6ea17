"""Selections: files that a visitor has chosen together, which the browser sends one by one.

Streamlit tells a page which files have arrived, but not which ones are missing. The browser asks
for the addresses of all files of a selection at once; here they are noted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

from streamlit.runtime.uploaded_file_manager import UploadedFileManager, UploadFileUrlInfo

from core.errors import UnpaddedError
from core.i18n import N_

MAX_SELECTIONS = 4  # per session, that are being uploaded
MAX_NAME_LENGTH = 200
TOO_MANY = "-too-many"  # end of the ids in a selection of more files than a session may upload
TOO_MANY_FILES = N_("At most {most} files can be chosen at once. Pack them into one ZIP.")


@dataclass(eq=False)
class Selection:
    """Files that were chosen together.

    Attributes:
        names: Name per id, of the files that the visitor has not removed.
        refusals: Why a file was refused, per id.
    """

    names: dict[str, str]
    refusals: dict[str, UnpaddedError] = field(default_factory=dict)


class Selections:
    """Selections that are being uploaded, per session. Thread-safe.

    >>> selections = Selections()
    >>> selections.begin("session", {"1": "X_TRAIN.ts", "2": "X_TEST.ts"})
    >>> selections.end("session", ["1"])
    {'X_TEST.ts': None}
    """

    def __init__(self) -> None:
        self._selections: dict[str, deque[Selection]] = {}
        self._lock = Lock()

    def begin(self, session: str, names: dict[str, str]) -> None:
        """Note the files of a selection, as name per id."""
        names = {file: name[:MAX_NAME_LENGTH] for file, name in names.items()}
        with self._lock:
            of_session = self._selections.setdefault(session, deque(maxlen=MAX_SELECTIONS))
            of_session.append(Selection(names))

    def refuse(self, session: str, file: str, error: UnpaddedError) -> None:
        """Note why a file was refused."""
        with self._lock:
            for each in self._selections.get(session, ()):
                if file in each.names:
                    each.refusals[file] = error

    def remove(self, session: str, file: str) -> None:
        """Forget a file that the visitor has removed."""
        with self._lock:
            for each in self._selections.get(session, ()):
                each.names.pop(file, None)

    def end(self, session: str, files: Iterable[str]) -> dict[str, UnpaddedError | None]:
        """Forget the selections of files that have arrived.

        Returns:
            The names of their other files, each with the reason if it is known.
        """
        arrived = set(files)
        with self._lock:
            of_session = self._selections.get(session, deque())
            ended = [each for each in of_session if arrived & each.names.keys()]
            for each in ended:
                of_session.remove(each)
        return {
            name: each.refusals.get(file)
            for each in ended
            for file, name in each.names.items()
            if file not in arrived
        }

    def sweep(self, exists: Callable[[str], bool]) -> None:
        """Forget the selections of sessions that have ended."""
        with self._lock:
            for session in [each for each in self._selections if not exists(each)]:
                del self._selections[session]


@cache
def get_selections() -> Selections:
    """Return the selections of this process."""
    return Selections()


def note_selections(files: UploadedFileManager, max_files: int) -> None:
    """Note each selection when the browser asks where to send its files.

    Args:
        files: Streamlit's memory, which assigns the addresses.
        max_files: Number of files that a session may upload at the same time.
    """
    assign = files.get_upload_urls

    def assign_and_note(session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
        addresses = assign(session_id, file_names)
        if len(addresses) > max_files:  # nothing to note, however many they are
            return [UploadFileUrlInfo(*(part + TOO_MANY for part in each)) for each in addresses]
        if len(addresses) > 1:
            ids = [each.file_id for each in addresses]
            get_selections().begin(session_id, dict(zip(ids, file_names, strict=True)))
        return addresses

    files.get_upload_urls = assign_and_note  # type: ignore[method-assign]  # wrapped
