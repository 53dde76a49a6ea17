"""The log has a JSON line per change of a state, and contains no data of visitors."""

import json
import logging
from pathlib import Path

import pytest

from runs.json_log import JsonFormatter, hash_run_id
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

TELLING = "Anna Lee", "salary", "987654", "oslo"
FILE = b"""id,salary,target
Anna Lee,987654,1
Anna Lee,987654,1
Oslo,17,2
Oslo,18,2
Cy,17,3
"""


def test_a_line_is_json_whatever_is_in_it():
    record = logging.LogRecord("unpadded", logging.INFO, "", 0, 'two\nlines "%s"', ("é",), None)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["event"] == 'two\nlines "é"'


def test_the_log_of_a_training_contains_nothing_of_the_visitor(tmp_path: Path):
    log = tmp_path / "log"
    with AppServer(tmp_path / "data", log=log) as server, Visitor(server.address) as visitor:
        visitor.open("/Data")
        visitor.upload("A file of sequences", "anna_lee_salary.csv", FILE)
        visitor.page_link("Train")
        visitor.click("Start training")
        visitor.wait_for("epochs in", 60)
        run = visitor.query["run"]
    written = log.read_text("utf-8")
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert "worker ready" in [line["event"] for line in lines]  # when, the machine decides
    lines = [line for line in lines if not line["event"].startswith("worker")]
    assert [(line["event"], line.get("run")) for line in lines] == [
        ("server started", None),
        ("run queued", hash_run_id(run)),
        ("run started", hash_run_id(run)),
        ("run finished", hash_run_id(run)),
        ("server stopped", None),
    ]
    assert {line["level"] for line in lines} == {"info"}
    for telling in (*TELLING, run, *visitor.cookies.values()):
        assert telling.lower() not in written.lower()
