"""A module of this app in a process of its own, which ends with this process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]


class ChildProcess(subprocess.Popen[bytes]):
    """A process that runs a module; the end of its input tells it to end."""

    stdin: IO[bytes]
    stdout: IO[bytes]

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        """Start the process.

        Args:
            module: Name of the module, as for ``python -m``.
            environment: Its environment variables; None for those of this process.
        """
        super().__init__(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in the terminal must reach the server only; the pipe ends the child.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
