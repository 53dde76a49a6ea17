"""The app behind a reverse proxy under a path: nginx with the configuration in ``deploy/``."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from distributed import Security
from playwright.sync_api import expect

from tests.support.app_server import AppServer
from tests.support.browser import (
    PLOT,
    ROOT,
    SECONDS,
    find_download_button,
    go_to,
    listen_for_violations,
    settle,
)
from tests.support.headers import check, check_all
from tests.support.ports import find_free_port
from tests.support.streamlit_client import Visitor
from ui.http.visitor_cookie import BELOW_ROOT, NAME

NAME_HERE = "example.org"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
NGINX_CONFIGURATION = """
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


def replace_all(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert text.count(before), before
        text = text.replace(before, after)
    return text


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def tls_port():
    return find_free_port()


@pytest.fixture(scope="module")
def address(tmp_path_factory, log, tls_port):
    """Address of nginx in front of the app; it serves HTTPS on another port."""
    if NGINX is None:
        pytest.skip("no nginx on this machine (Debian: apt-get install nginx)")
    port = find_free_port()
    keys = Security.temporary()
    (log / "certificate").write_text(keys.tls_client_cert)
    (log / "key").write_text(keys.tls_client_key)
    with AppServer(
        tmp_path_factory.mktemp("data"), base="unpadded", UNPADDED_HOSTS=f"*.{NAME_HERE}"
    ) as server:
        changes = {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "# listen 443 ssl;": f"listen 127.0.0.1:{tls_port} ssl;",
            "# ssl_certificate ": "ssl_certificate ",
            "# ssl_certificate_key": "ssl_certificate_key",
            "/etc/ssl/example.org.pem": str(log / "certificate"),
            "/etc/ssl/private/example.org.key": str(log / "key"),
            "127.0.0.1:8501": f"127.0.0.1:{server.port}",
            "/var/log/nginx": str(log),
        }
        (log / "unpadded.conf").write_text(replace_all(CONFIGURATION.read_text("utf-8"), changes))
        (log / "nginx.conf").write_text(NGINX_CONFIGURATION.format(folder=log))
        command = [NGINX, "-p", str(log), "-c", str(log / "nginx.conf"), "-e", str(log / "start")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        nginx = subprocess.Popen(command)
        while True:
            with contextlib.suppress(ConnectionError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            assert nginx.poll() is None, "nginx ended"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        nginx.terminate()
        nginx.wait(10)


@pytest.mark.parametrize("page", [("light", 1280)], indirect=True)
def test_the_app_under_a_path(page, address, log):
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("websocket", lambda opened: requested.append(opened.url))
    page.goto("/unpadded")
    expect(page.locator(PLOT).nth(2)).to_be_visible()
    assert urlsplit(page.url).path == "/unpadded/"
    (cookie,) = [each for each in page.context.cookies() if each["name"] == NAME]
    assert cookie["path"] == "/unpadded"

    script = page.request.get(f"{address}/unpadded/unpadded/menu.js")  # relative to the page
    assert script.headers["content-type"].startswith("text/javascript")
    go_to(page, "Data")
    expect(page.get_by_role("heading", name="Data", level=1)).to_be_visible()
    settle(page)  # drawing the page closes what was opened before
    page.get_by_text("What should my file look like?").click()
    with page.expect_download() as download:
        find_download_button(page, "three_rows.csv").click()
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
    epochs = page.get_by_label("Epochs", exact=True)
    expect(epochs).to_be_visible()
    settle(page)
    epochs.fill("3")
    epochs.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(re.compile("epochs in"))).to_be_visible()
    run = re.search(r"run=([\w-]{22})", page.url)[1]

    shared = f"{address}/unpadded/Runs?run={run}"
    page.goto(shared)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")).to_have_text(shared)
    with Visitor(f"{address}/unpadded") as elsewhere:
        elsewhere.open(f"/Runs?run={run}")
        assert elsewhere.find("title").value == "large.csv"

    sent = [urlsplit(url) for url in requested if not url.startswith(("data:", "blob:"))]
    assert {url.scheme for url in sent} == {"http", "ws"}
    assert [url for url in sent if not url.path.startswith("/unpadded")] == []
    written = (log / "unpadded.log").read_text()
    assert "GET /unpadded/Train 200" in written
    assert run not in written


def test_the_headers_pass_the_proxy_once(address):
    check_all(f"{address}/unpadded")
    for host, status in {f"app.{NAME_HERE}": 200, NAME_HERE: 400, "evil.example": 400}.items():
        response = requests.get(f"{address}/unpadded/", headers={"Host": host})
        assert response.status_code == status
        check(response)


def test_behind_https_all_cookies_are_secure_and_the_visitor_cookie_has_its_prefix(
    address, tls_port, chromium
):
    secure = f"https://127.0.0.1:{tls_port}/unpadded/"
    context, violations = chromium.new_context(ignore_https_errors=True), []
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    listen_for_violations(page, violations)
    page.goto(f"{address}/unpadded/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    (before,) = [each for each in context.cookies() if each["name"] == NAME]
    page.goto(secure)  # who came by HTTP at first stays who he was
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(PLOT).nth(2)).to_be_visible()
    cookies = {each["name"]: each for each in context.cookies()}
    assert cookies[BELOW_ROOT]["value"] == before["value"]
    assert NAME not in cookies
    assert all(cookie["secure"] for cookie in cookies.values()), cookies
    assert "_streamlit_xsrf" in cookies
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": TARGETS.encode()}
    go_to(page, "Data")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("heading", name="a.csv")).to_be_visible()
    assert violations == []
    context.close()
