"""Behind a reverse proxy, under a path of its own, everything works: nginx with the very file that
``deploy/`` has for it, in front of the app."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from benchmarks.server import AppServer
from tests.browser.conftest import ROOT
from tests.browser.test_identity import free_port
from tests.browser.test_journeys import PLOT, download_button, go_to
from ui.cookie import NAME

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
WHOLE = """
daemon off;
pid {folder}/pid;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/unpadded.conf;
}}
"""
TARGETS = "id,x,target\n" + "".join(f"{i},{i % 7},{i % 5}.5\n" for i in range(30))


def ours(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert text.count(before), before
        text = text.replace(before, after)
    return text


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def address(tmp_path_factory, log):
    """nginx's, in the place of the app's own."""
    if NGINX is None:
        pytest.skip("no nginx on this machine (Debian: apt-get install nginx)")
    port = free_port()
    with AppServer(tmp_path_factory.mktemp("data"), base="unpadded") as server:
        changes = {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "127.0.0.1:8501": f"127.0.0.1:{server.port}",
            "/var/log/nginx": str(log),
        }
        (log / "unpadded.conf").write_text(ours(CONFIGURATION.read_text("utf-8"), changes))
        (log / "nginx.conf").write_text(WHOLE.format(folder=log))
        command = [NGINX, "-p", str(log), "-c", str(log / "nginx.conf"), "-e", str(log / "start")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        nginx = subprocess.Popen(command)
        yield f"http://127.0.0.1:{port}"
        nginx.terminate()
        nginx.wait(10)


@pytest.mark.parametrize("page", [("light", 1280)], indirect=True)
def test_the_app_under_a_path(page, address, chromium, log):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: asked.append(opened.url))
    page.goto("/unpadded")
    expect(page.locator(PLOT)).to_have_count(3)
    assert urlsplit(page.url).path == "/unpadded/"
    (cookie,) = [each for each in page.context.cookies() if each["name"] == NAME]
    assert cookie["path"] == "/unpadded"

    script = page.request.get(f"{address}/unpadded/unpadded/menu.js")  # relative to the page
    assert script.headers["content-type"].startswith("text/javascript")
    go_to(page, "Data")
    page.get_by_text("What should my file look like?").click()
    with page.expect_download() as download:
        download_button(page, "three_rows.csv").click()
    sample = ROOT / "samples" / "three_rows.csv"
    assert Path(download.value.path()).read_bytes() == sample.read_bytes()
    file = {
        "name": "large.csv",
        "mimeType": "text/csv",
        "buffer": TARGETS.encode() + b" " * 3 * 10**6,
    }
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("heading", name="large.csv")).to_be_visible()

    page.goto("/unpadded/Train")  # typed in: what was uploaded is still there
    page.get_by_label("Epochs", exact=True).fill("3")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("epochs in"))).to_be_visible()
    run = re.search(r"run=([\w-]{22})", page.url)[1]

    shared = f"{address}/unpadded/Runs?run={run}"
    page.goto(shared)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")).to_have_text(shared)
    elsewhere = chromium.new_context().new_page()
    elsewhere.goto(shared)
    expect(elsewhere.get_by_role("heading", name="large.csv")).to_be_visible()
    elsewhere.context.close()

    sent = [urlsplit(url) for url in asked if not url.startswith(("data:", "blob:"))]
    assert {url.scheme for url in sent} == {"http", "ws"}
    assert [url for url in sent if not url.path.startswith("/unpadded")] == []
    written = (log / "unpadded.log").read_text()
    assert "GET /unpadded/Train 200" in written
    assert run not in written
