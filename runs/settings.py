"""Settings of a server, read from its environment and checked all at once.

docs/hosting.md has the table for those who host the app.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from ipaddress import ip_network
from math import inf
from pathlib import Path
from typing import TypeVar

import dask
import sqlalchemy

from runs.limits import Limits

ROOT = Path(__file__).parents[1]
FILE = "unpadded.sqlite3"
PREFIX = "UNPADDED_"
DATA, WORKERS = "UNPADDED_DATA", "UNPADDED_WORKERS"
DATABASE, SCHEDULER = (
    "DATABASE_URL",
    "DASK_SCHEDULER_ADDRESS",
)  # names set by hosting providers and by Dask
PROXIES = "FORWARDED_ALLOW_IPS"  # uvicorn's setting; Streamlit is served by uvicorn
HOSTS, FRAMES = "UNPADDED_HOSTS", "UNPADDED_FRAME_ANCESTORS"
Number = TypeVar("Number", bound=float)
TESTS = "UNPADDED_TEST_"  # for tests, which start servers in their environment

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
CERTIFICATES = ("ca-file", "client.key", "client.cert")

_NAME = r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
_HOST = re.compile(_NAME)
_ORIGIN = re.compile(rf"self|https?://{_NAME}(:(\d{{1,5}}|\*))?")


@dataclass(frozen=True)
class Settings:
    """Settings of a server.

    Attributes:
        data: Folder of SQLite's file.
        workers: Number of processes that train; None for as many as cores and memory allow.
        database_url: Database, as an SQLAlchemy URL.
        scheduler: Address of an external Dask scheduler; None if the server starts its own.
        limits: Limits per visitor and run; each variable is ``UNPADDED_`` + the name in capitals.
        hosts: Host names that the server accepts; ``*.`` in front includes all subdomains.
        frame_ancestors: Origins whose pages may show the app in a frame, or "self".
    """

    data: Path
    workers: int | None
    database_url: str
    scheduler: str | None
    limits: Limits
    hosts: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings from environment variables.

        An empty variable counts as not set.

        Args:
            environment: Variables by name.

        Raises:
            ValueError: If a setting is invalid, with one sentence that names it.
        """
        variables = {name: text for name, text in environment.items() if text}
        _refuse_unknown(variables)
        _refuse_wrong_proxies(variables.get(PROXIES, ""))
        data = Path(variables.get(DATA) or ROOT / "data")
        settings = cls(
            data=data,
            workers=_read_number(variables, WORKERS, int) if WORKERS in variables else None,
            database_url=_read_database(variables.get(DATABASE), data),
            scheduler=_read_scheduler(variables.get(SCHEDULER)),
            limits=_read_limits(variables),
            hosts=_read_list(
                variables, HOSTS, _HOST, "host names, such as example.org, *.example.org"
            ),
            frame_ancestors=_read_list(
                variables, FRAMES, _ORIGIN, "self or addresses, such as https://example.org"
            ),
        )
        if settings.scheduler and not is_shared(settings.database_url):
            raise ValueError(
                f"{SCHEDULER} names workers that share no folder with this server, so SQLite "
                f"cannot be used: give the server and the workers the same {DATABASE} of a "
                "PostgreSQL database"
            )
        return settings


def list_variables() -> tuple[str, ...]:
    """Return the names of all variables."""
    return DATA, WORKERS, DATABASE, SCHEDULER, HOSTS, FRAMES, PROXIES, *map(_name_variable, _LIMITS)


def is_shared(url: str) -> bool:
    """Return True if processes on other machines can reach the database."""
    return not url.startswith("sqlite")


_LIMITS = {field.name: float if field.type == "float" else int for field in fields(Limits)}


def _name_variable(name: str) -> str:
    return PREFIX + name.upper()


def _read_limits(variables: Mapping[str, str]) -> Limits:
    build: Callable[..., Limits] = Limits
    return build(
        **{
            name: _read_number(variables, _name_variable(name), kind)
            for name, kind in _LIMITS.items()
            if _name_variable(name) in variables
        }
    )


def _read_number(variables: Mapping[str, str], name: str, kind: Callable[[str], Number]) -> Number:
    try:
        number = kind(variables[name])
        is_valid = 0 < number < inf
    except ValueError:
        is_valid = False
    if not is_valid:
        whole = "a whole number" if kind is int else "a number"
        raise ValueError(f"{name} is {variables[name]!r}; give {whole} above 0")
    return number


def _read_list(
    variables: Mapping[str, str], name: str, pattern: re.Pattern[str], kind: str
) -> tuple[str, ...]:
    entries = [entry.strip().lower() for entry in variables.get(name, "").split(",")]
    entries = [entry for entry in entries if entry]
    for entry in entries:
        if not pattern.fullmatch(entry):
            raise ValueError(f"{name} has {entry!r}; give {kind}, with commas between them")
    return tuple(entries)


def _refuse_unknown(variables: Mapping[str, str]) -> None:
    """Refuse a misspelt name: its limit would silently not apply."""
    known = {name.removeprefix(PREFIX): name for name in list_variables()}
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in list_variables() and not name.startswith(TESTS):
            similar = get_close_matches(name.removeprefix(PREFIX), known, n=1)
            hint = (
                f"did you mean {known[similar[0]]}?"
                if similar
                else "docs/hosting.md lists them all"
            )
            raise ValueError(f"{name} is not a setting of Unpadded; {hint}")


def _refuse_wrong_proxies(addresses: str) -> None:
    """Refuse invalid addresses: uvicorn takes them for names and then trusts no proxy."""
    for each in (part.strip() for part in addresses.split(",") if addresses):
        try:
            if each != "*":
                ip_network(each)
        except ValueError:
            raise ValueError(
                f"{PROXIES} names {each!r}; give the addresses or networks of your proxies, such "
                "as 10.0.0.2,172.16.0.0/12"
            ) from None


def _read_database(url: str | None, data: Path) -> str:
    if url is None:
        return f"sqlite:///{data / FILE}"
    # Hosting providers use both of these schemes, neither of which names the driver.
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    try:
        parsed = sqlalchemy.make_url(url)
    except sqlalchemy.exc.ArgumentError:
        parsed = None
    # The message does not repeat the URL: it may contain a password.
    drivers = ("postgresql+psycopg", "sqlite")
    if parsed is None or parsed.drivername not in drivers or not parsed.database:
        raise ValueError(
            f"{DATABASE} is not the address of a database; give one like "
            "postgresql://user:password@host:5432/name"
        )
    return url


def _read_scheduler(address: str | None) -> str | None:
    """Check the address: a Dask connection is code execution, so other machines need TLS."""
    if address is None:
        return None
    scheme, _, rest = address.rpartition("://")
    if scheme != "tls":
        if rest.rpartition(":")[0] in LOOPBACK:
            return address
        raise ValueError(
            f"{SCHEDULER} is {address!r}; on another machine it must begin with tls://, because "
            "whoever reaches a scheduler can run programs on its workers"
        )
    for part in CERTIFICATES:
        file = dask.config.get(f"distributed.comm.tls.{part}", None)
        if not file or not Path(file).is_file():
            name = "DASK_DISTRIBUTED__COMM__TLS__" + part.upper().replace("-", "_").replace(
                ".", "__"
            )
            raise ValueError(f"{SCHEDULER} begins with tls://, but {name} names no file: {file!r}")
    return address
