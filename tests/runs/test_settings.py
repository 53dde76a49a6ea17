"""A server reads its settings from its environment and rejects an invalid one with one sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import dask
import pytest

from runs.limits import Limits
from runs.settings import CERTIFICATES, ROOT, Settings, list_variables

HOSTING = ROOT / "docs" / "hosting.md"
POSTGRESQL = {"DATABASE_URL": "postgresql://u:p@h/db"}


def read_settings(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_nothing_needs_to_be_set():
    settings = read_settings(PATH="/bin", UNPADDED_WORKERS="")
    assert settings.data == ROOT / "data"
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'unpadded.sqlite3'}"
    assert (settings.workers, settings.scheduler, settings.limits) == (None, None, Limits())


def test_the_environment_overrules():
    settings = read_settings(
        UNPADDED_DATA="/here",
        UNPADDED_WORKERS="3",
        UNPADDED_DAYS_KEPT="7",
        UNPADDED_RUN_HOURS="0.5",
        UNPADDED_STEPS="1000",
    )
    assert settings.database_url == "sqlite:////here/unpadded.sqlite3"
    assert settings.workers == 3
    assert settings.limits == Limits(days_kept=7, run_hours=0.5, steps=1000)


@pytest.mark.parametrize(
    "given", ["postgres://u@h/db", "postgresql://u@h/db", "postgresql+psycopg://u@h/db"]
)
def test_postgresql_urls_of_hosts_get_our_driver(given: str):
    assert read_settings(DATABASE_URL=given).database_url == "postgresql+psycopg://u@h/db"


@pytest.mark.parametrize("text", ["many", "0", "-3", "1.5", "nan"])
@pytest.mark.parametrize("name", ["UNPADDED_RUNS", "UNPADDED_WORKERS"])
def test_a_setting_that_is_not_a_whole_number_is_named(name: str, text: str):
    with pytest.raises(ValueError, match=f"{name} is '{text}'; give a whole number above 0"):
        read_settings(**{name: text})


@pytest.mark.parametrize("text", ["nan", "inf", "0.0"])
def test_hours_are_a_finite_number(text: str):
    with pytest.raises(ValueError, match="give a number above 0"):
        read_settings(UNPADDED_RUN_HOURS=text)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("UNPADDED_WORKRES", r"did you mean UNPADDED_WORKERS\?"),
        ("UNPADDED_DAY_KEPT", r"did you mean UNPADDED_DAYS_KEPT\?"),
        ("UNPADDED_LOG", "docs/hosting.md lists them all"),
    ],
)
def test_a_misspelt_name_is_not_silently_nothing(name: str, hint: str):
    with pytest.raises(ValueError, match=f"{name} is not a setting of Unpadded; {hint}"):
        read_settings(**{name: "1"})


@pytest.mark.parametrize(
    "given", ["mysql://u:secret@h/db", "secret", "postgresql://u:secret@h", "://secret"]
)
def test_an_invalid_database_url_is_refused_without_its_password(given: str):
    with pytest.raises(ValueError, match="DATABASE_URL is not the address of a database") as raised:
        read_settings(DATABASE_URL=given)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://localhost:1", "127.0.0.1:8786", "tcp://[::1]:1"]
)
def test_a_scheduler_on_this_machine_needs_no_tls(address: str):
    assert read_settings(DASK_SCHEDULER_ADDRESS=address, **POSTGRESQL).scheduler == address


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "ws://10.0.0.1:1", "127.0.0.1.evil.example:1"],
)
def test_a_scheduler_on_another_machine_without_tls_is_refused(address: str):
    with pytest.raises(ValueError, match="must begin with tls://"):
        read_settings(DASK_SCHEDULER_ADDRESS=address, **POSTGRESQL)


def test_tls_needs_its_three_files(tmp_path: Path):
    files = {f"distributed.comm.tls.{part}": str(tmp_path / part) for part in CERTIFICATES}
    with dask.config.set(files):
        for part in CERTIFICATES:
            variable = part.upper().replace("-", "_").replace(".", "__")
            with pytest.raises(ValueError, match=f"DASK_DISTRIBUTED__COMM__TLS__{variable} names"):
                read_settings(DASK_SCHEDULER_ADDRESS="tls://10.0.0.1:8786", **POSTGRESQL)
            (tmp_path / part).touch()
        read_settings(DASK_SCHEDULER_ADDRESS="tls://10.0.0.1:8786", **POSTGRESQL)


def test_workers_elsewhere_cannot_see_a_file_here():
    with pytest.raises(ValueError, match="SQLite cannot be used"):
        read_settings(DASK_SCHEDULER_ADDRESS="tcp://127.0.0.1:1")


def test_names_and_frames_are_lists():
    settings = read_settings(
        UNPADDED_HOSTS="Example.org, *.example.net,",
        UNPADDED_FRAME_ANCESTORS="self, https://*.example.org:8443,http://localhost:*",
    )
    assert settings.hosts == ("example.org", "*.example.net")
    assert settings.frame_ancestors == ("self", "https://*.example.org:8443", "http://localhost:*")
    assert (read_settings().hosts, read_settings().frame_ancestors) == ((), ())


@pytest.mark.parametrize(
    "text",
    ["*", "https://example.org", "example.org:8501", "a b", "*.*.org", ".org", "org.", "ex'ample"],
)
def test_an_invalid_host_name_is_named(text: str):
    with pytest.raises(ValueError, match=r"UNPADDED_HOSTS has .+; give host names, such as"):
        read_settings(UNPADDED_HOSTS=f"example.org, {text}")


@pytest.mark.parametrize(
    "text",
    ["*", "'self'", "none", "example.org", "https://a; script-src *", "https://a/b", "data:"],
)
def test_an_invalid_frame_ancestor_is_named(text: str):
    with pytest.raises(ValueError, match=r"UNPADDED_FRAME_ANCESTORS has .+; give self or"):
        read_settings(UNPADDED_FRAME_ANCESTORS=text)


def test_the_table_in_the_hosting_guide_lists_all_settings():
    rows = re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| ([^|]+) \|$", HOSTING.read_text("utf-8"), re.M)
    defaults = {name: default.strip() for name, default in rows}
    assert list(defaults) == list(list_variables())
    for name, default in vars(Limits()).items():
        assert defaults[f"UNPADDED_{name.upper()}"] == f"{default:,}"


def run_refused_server(home: Path, **environment: str) -> str:
    """Return the last line of a server that does not start."""
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--server.port=0"]
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT,
        env=os.environ
        | dict.fromkeys(("UNPADDED_DATA", "HOME", "USERPROFILE"), str(home))
        | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Unpadded cannot start: ")
    return last


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "database does not respond"),
        ("UNPADDED_DATA", f"{__file__}/data", "the folder of the SQLite database"),
    ],
)
def test_an_invalid_setting_ends_the_server_with_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
):
    assert sentence in run_refused_server(tmp_path, **{name: value})


@pytest.mark.slow
def test_streamlits_secrets_are_settings_too(tmp_path: Path):
    """Streamlit itself reads them only after the server has started."""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("UNPADDED_WORKERS = 0\n")
    assert "UNPADDED_WORKERS is '0'" in run_refused_server(tmp_path)


@pytest.mark.parametrize("given", ["", "*", "127.0.0.1", "10.0.0.2, 172.16.0.0/12,::1"])
def test_proxies_are_addresses_or_networks(given: str):
    read_settings(FORWARDED_ALLOW_IPS=given)


@pytest.mark.parametrize("given", ["nginx", "10.0.0.300", "10.0.0.1/8", "10.0.0.1,,::1"])
def test_an_invalid_proxy_is_named(given: str):
    with pytest.raises(ValueError, match="FORWARDED_ALLOW_IPS names"):
        read_settings(FORWARDED_ALLOW_IPS=given)
