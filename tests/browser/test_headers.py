"""Security headers of the real server, and how Chromium applies them."""

from functools import partial
from http.server import SimpleHTTPRequestHandler

import requests
from playwright.sync_api import expect

from tests.support.browser import PLOT, listen_for_violations
from tests.support.headers import check, check_all
from tests.support.other_site import serve_other_site


def test_every_response_has_the_headers(address):
    check_all(address)


def test_another_host_name_is_refused(address):
    host = {"Host": "evil.example:80"}
    for path in ("", "_stcore/health", "static/js/index.js"):
        response = requests.get(f"{address}/{path}", headers=host)
        assert (response.status_code, "UNPADDED_HOSTS" in response.text) == (400, True)
        check(response)
    port = address.rpartition(":")[2]
    assert requests.get(f"{address}/", headers={"Host": f"localhost:{port}"}).ok


INJECT_SCRIPTS = """() => {
    for (const [tag, name, value] of [
        ['script', 'text', 'window.ran = 1'],
        ['script', 'src', 'data:text/javascript,window.ran = 1'],
        ['img', 'onerror', 'window.ran = 1'],
    ]) {
        const element = document.createElement(tag);
        if (name === 'text') element.text = value;
        else element.setAttribute(name, value);
        if (tag === 'img') element.src = 'data:,';
        document.body.append(element);
    }
    return new Promise(done => setTimeout(() => done(window.ran ?? null), 500));
}"""


def test_only_the_servers_own_scripts_run(chromium, address):
    context, violations = chromium.new_context(), []
    page = context.new_page()
    listen_for_violations(page, violations)
    page.goto(address)
    expect(page.locator(PLOT).nth(2)).to_be_visible()
    assert violations == []
    assert page.evaluate(INJECT_SCRIPTS) is None
    assert len(violations) == 3
    context.close()


def test_no_other_page_shows_the_app_in_a_frame(chromium, address, tmp_path):
    (tmp_path / "index.html").write_text(f'<iframe src="{address}"></iframe>')
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    context, violations = chromium.new_context(), []
    page = context.new_page()
    listen_for_violations(page, violations)
    with serve_other_site(handler) as port:
        page.goto(f"http://127.0.0.1:{port}")
        page.wait_for_timeout(500)
    assert "frame-ancestors 'none'" in violations[0]
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)
    context.close()
