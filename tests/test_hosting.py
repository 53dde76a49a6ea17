"""The files that hosts start from: Dockerfile, .dockerignore and compose.yaml. Docker itself
is not needed here: what it would start is started as ordinary processes."""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from distributed import Client, Security

from tests.support import postgres
from tests.support.cluster_runs import wait_for
from tests.support.ports import find_free_port
from tests.support.streamlit_client import Visitor

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
SERVICES = yaml.safe_load(COMPOSE)["services"]
SECONDS = 60


def test_compose_is_what_its_schema_asks_for():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(ROOT / "compose.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_nothing_but_the_app_is_reached_from_outside_and_by_a_proxy_only():
    reached = {
        name for name, service in SERVICES.items() if "outside" in service.get("networks", [])
    }
    assert reached == {name for name, service in SERVICES.items() if "ports" in service} == {"app"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["app"]["ports"])
    assert yaml.safe_load(COMPOSE)["networks"]["inside"] == {"internal": True}
    assert set(re.findall(r"PASSWORD: (.{20})", COMPOSE)) == {"${DATABASE_PASSWORD:"}


def test_every_file_names_the_same_port():
    port = defaults()["STREAMLIT_SERVER_PORT"]
    head = (ROOT / "deploy" / "huggingface.md").read_text("utf-8").split("---")[1]
    assert str(yaml.safe_load(head)["app_port"]) == port
    assert f"\nEXPOSE {port}\n" in DOCKERFILE
    assert SERVICES["app"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"http://127.0.0.1:{port};" in (ROOT / "deploy" / "nginx.conf").read_text("utf-8")


def let_through(to: Path) -> None:
    """Copy what .dockerignore lets into the image."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert lines[1] == "*"
    for path in (line[1:] for line in lines if line.startswith("!")):
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, to / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / path, to / path)


def dockerfile(instruction: str) -> list[str]:
    return json.loads(re.search(rf"^{instruction} .*?(\[.*\])$", DOCKERFILE, re.M)[1])


def defaults() -> dict[str, str]:
    """The Dockerfile's ENV."""
    lines = re.search(r"^ENV ((.*\\\n)*.*)", DOCKERFILE, re.M)[1]
    return dict(pair.split("=") for pair in lines.replace('"', "").replace("\\\n", " ").split())


class Machine:
    """Starts the services of compose.yaml from a copy of the image's files, with other names and
    places."""

    def __init__(self, folder: Path, database: str) -> None:
        self.app, self.folder = folder / "image", folder
        let_through(self.app)
        (folder / "tls").mkdir()
        self.port, scheduler = find_free_port(), find_free_port()
        self.scheduler = f"tls://127.0.0.1:{scheduler}"
        self.places = {
            "postgresql://unpadded@database:5432/unpadded": database,
            "tls://scheduler:8786": self.scheduler,
            "tls://0.0.0.0": "tls://127.0.0.1",
            "8786": str(scheduler),
            "/app/": f"{self.app}/",
            "/tls/": f"{folder}/tls/",
            "/data": f"{folder}/data",
            "0.0.0.0": "127.0.0.1",
            "8501": str(self.port),
        }

    def here(self, text: str) -> str:
        for name, place in self.places.items():
            if name in text:
                return text.replace(name, place)
        return text

    def environment(self, service: str) -> dict[str, str]:
        given = defaults() | SERVICES[service].get("environment", {})
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {name: self.here(value) for name, value in given.items()} | {
            "PATH": programs,
            "HOME": str(self.folder),
        }

    def start(self, service: str, name: str) -> subprocess.Popen:
        command = SERVICES[service].get("command") or dockerfile("CMD")
        command = shlex.split(command) if isinstance(command, str) else command
        with (self.folder / name).open("wb") as log:
            return subprocess.Popen(
                list(map(self.here, command)),
                cwd=self.app,
                env=self.environment(service),
                stdout=log,
                stderr=log,
            )

    def is_healthy(self) -> bool:
        check = dockerfile("HEALTHCHECK")
        return not subprocess.run(
            check, env=self.environment("app"), capture_output=True
        ).returncode

    def events(self, name: str) -> list[str]:
        lines = (self.folder / name).read_text("utf-8").splitlines()
        return [json.loads(line)["event"] for line in lines if line.startswith("{")]

    def count_finished(self) -> int:
        names = ("app", "one worker", "another")
        return sum(self.events(name).count("run finished") for name in names)


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")
def test_the_services_of_compose_train_the_example_from_the_images_files(tmp_path):
    with postgres.empty_database() as database, contextlib.ExitStack() as ends:
        machine = Machine(tmp_path, database)
        assert machine.start("certificates", "certificates").wait(SECONDS) == 0
        started = {}
        for service, name in (
            ("scheduler", "scheduler"),
            ("worker", "one worker"),
            ("worker", "another"),
            ("app", "app"),
        ):
            started[name] = machine.start(service, name)
            ends.callback(started[name].wait, 30)
            ends.callback(started[name].terminate)
        until = time.monotonic() + SECONDS
        while not machine.is_healthy():
            assert time.monotonic() < until, (tmp_path / "app").read_text()
        with Visitor(f"http://127.0.0.1:{machine.port}") as visitor:
            visitor.open("/")
            visitor.click("Train the network")
            visitor.wait_for("100 epochs in", SECONDS)
            for page in ("Data", "Mask", "Train", "Predict", "Compare", "Runs"):
                visitor.page_link(page)
            assert visitor.errors == []
        children = psutil.Process(started["app"].pid).children()  # read files, and are no workers
        assert {child.cmdline()[-1] for child in children} <= {"runs.reading.child"}
        # The visitor's run, and two that Home's pictures show. One whose equal has been trained is
        # finished by the app, with the model of the other.
        wait_for(lambda: machine.count_finished() == 3, "three trainings")
        here = machine.events("app")
        assert here[0] == "server started"
        assert here.count("run queued") == 3
        said = machine.events("one worker") + machine.events("another")
        assert said.count("worker ready") == 2
        trained = [event for event in said if not event.startswith("worker")]
        assert trained.count("run started") == said.count("run finished") >= 2
        assert {*here, *trained} == {"server started", "run queued", "run started", "run finished"}
        foreign = Security.temporary()
        stranger = Security(
            tls_ca_file=str(tmp_path / "tls" / "cert.pem"),
            tls_client_cert=foreign.tls_client_cert,
            tls_client_key=foreign.tls_client_key,
        )
        for address, key in (
            (machine.scheduler, stranger),
            (machine.scheduler.replace("tls://", "tcp://"), None),
        ):
            with pytest.raises(OSError, match=r"Timed out|alert|closed"):
                Client(address, security=key, set_as_default=False, timeout=1)
