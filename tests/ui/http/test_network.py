"""The network by which turns are shared, on a real server."""

import pytest

from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

pytestmark = pytest.mark.slow  # it starts a server

APP = """
import streamlit as st

from ui.shell.auth import get_visitor_network

if __name__ == "__main__":
    st.text(get_visitor_network())
else:
    app = st.App(__file__)
"""
MADE_UP = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}


@pytest.fixture(scope="module", params=[None, "127.0.0.2,192.0.2.0/24"])
def server(request, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("where")
    (folder / "app.py").write_text(APP)
    proxies = {} if request.param is None else {"FORWARDED_ALLOW_IPS": request.param}
    with AppServer(folder, app=folder, **proxies) as server:
        server.proxies = request.param
        yield server


def get_network(server: AppServer, source: str, headers: dict[str, str] | None = None) -> str:
    with Visitor(server.address, source=source, headers=headers) as visitor:
        visitor.open("/")
        [text] = visitor.texts()
        return text


def test_each_address_is_a_separate_network(server: AppServer):
    assert get_network(server, "127.0.0.1") == "127.0.0.1"
    assert get_network(server, "127.0.0.3") == "127.0.0.3"


def test_only_a_trusted_proxy_is_believed(server: AppServer):
    believed = "127.0.0.1" if server.proxies is None else "127.0.0.2"
    for source in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
        network = get_network(server, source, MADE_UP)
        # The last address is from the proxy; a visitor may have forged those before it.
        assert network == ("203.0.113.9" if source == believed else source)


def test_behind_several_proxies_the_last_untrusted_address_counts(server: AppServer):
    if server.proxies is not None:
        chain = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 192.0.2.4"}
        assert get_network(server, "127.0.0.2", chain) == "203.0.113.9"
