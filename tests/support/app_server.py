"""The app, started as the README says, for those who measure it from outside."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
WARM_SECONDS = 120


class AppServer:
    """``streamlit run app.py`` on a free port of this machine.

    with AppServer(data) as server:
        urlopen(server.address)
    """

    def __init__(
        self,
        data: Path,
        app: Path = ROOT,
        log: Path | None = None,
        base: str = "",
        **environment: str,
    ) -> None:
        """data: the folder that keeps everything (UNPADDED_DATA); app: that of app.py; log: the
        file for what it writes, which is otherwise seen on standard error; base: the path it is
        served under, as behind a proxy."""
        self.app, self.log, self.base = app, log, base
        paths = {"UNPADDED_DATA": str(data), "PYTHONPATH": str(ROOT)}
        self.environment = os.environ | paths | environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/{base}".rstrip("/")
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> AppServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it (again, on the same port) and wait until it answers."""
        options = {"headless": "true", "address": "127.0.0.1", "port": self.port}
        options["baseUrlPath"] = self.base
        options = [f"--server.{name}={value}" for name, value in options.items()]
        with contextlib.ExitStack() as files:
            log = None if self.log is None else files.enter_context(self.log.open("ab"))
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", *options],
                cwd=self.app,
                env=self.environment,
                stdout=log or subprocess.DEVNULL,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/_stcore/health").close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the app did not start") from None
                time.sleep(0.1)

    def wait_for_warm_workers(self, workers: int) -> None:
        """Until so many have nothing left to prepare; the server needs a ``log``."""
        deadline = time.monotonic() + WARM_SECONDS
        while self.log.read_text().count('"event": "worker warm"') < workers:
            if time.monotonic() > deadline:
                raise RuntimeError("the workers did not become warm")
            time.sleep(0.2)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def family(self) -> list[psutil.Process]:
        """The server's process and all under it."""
        server = psutil.Process(self.process.pid)
        return [server, *server.children(recursive=True)]

    def kill(self) -> list[psutil.Process]:
        """kill -9, the server alone; returns those that were under it."""
        _, *others = self.family()
        self.process.kill()
        self.process.wait()
        return others

    def terminate(self) -> list[psutil.Process]:
        """Ask the server to end, and wait until it has."""
        _, *others = self.family()
        self.stop()
        return others


def memory_mb(process: psutil.Process) -> int:
    """Return the memory that a process does not share, in MB."""
    try:
        return process.memory_full_info().uss >> 20
    except psutil.NoSuchProcess:  # a helper that has ended meanwhile
        return 0
