"""What a server's environment says about it: read and checked here, all of it at once. The table
for those who host it is in docs/hosting.md."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from ipaddress import ip_network
from math import inf
from pathlib import Path

import dask
import sqlalchemy

from runs.limits import Limits

ROOT = Path(__file__).parents[1]
FILE = "unpadded.sqlite3"
PREFIX = "UNPADDED_"
DATA, WORKERS = "UNPADDED_DATA", "UNPADDED_WORKERS"
DATABASE, SCHEDULER = "DATABASE_URL", "DASK_SCHEDULER_ADDRESS"  # names that hosts and Dask know
PROXIES = "FORWARDED_ALLOW_IPS"  # uvicorn's, which Streamlit serves with
HOSTS, FRAMES = "UNPADDED_HOSTS", "UNPADDED_FRAME_ANCESTORS"
TESTS = "UNPADDED_TEST_"  # the tests' own, who start servers in their environment

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
CERTIFICATES = ("ca-file", "client.key", "client.cert")

_NAME = r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*"
_HOST = re.compile(_NAME)
_ORIGIN = re.compile(rf"self|https?://{_NAME}(:(\d{{1,5}}|\*))?")


@dataclass(frozen=True)
class Settings:
    """data        the folder of SQLite's file
    workers        how many processes train; None: what cores and memory allow
    database_url   as SQLAlchemy takes it
    scheduler      the address of somebody else's Dask scheduler; None: the server starts its own
    limits         of a visitor and a run: ``UNPADDED_`` + the name in capitals
    hosts          names that the server answers to, ``*.`` in front for all below one
    frame_ancestors  origins whose pages may show the app in a frame, or "self"
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
        """Raises ValueError with one sentence for what is not right. A variable that is there and
        empty counts as one that is not."""
        given = {name: text for name, text in environment.items() if text}
        _refuse_unknown(given)
        _refuse_wrong_proxies(given.get(PROXIES, ""))
        data = Path(given.get(DATA) or ROOT / "data")
        settings = cls(
            data=data,
            workers=_number(given, WORKERS, int) if WORKERS in given else None,
            database_url=_database(given.get(DATABASE), data),
            scheduler=_scheduler(given.get(SCHEDULER)),
            limits=_limits(given),
            hosts=_list(given, HOSTS, _HOST, "host names, such as example.org, *.example.org"),
            frame_ancestors=_list(
                given, FRAMES, _ORIGIN, "self or addresses, such as https://example.org"
            ),
        )
        if settings.scheduler and not is_shared(settings.database_url):
            raise ValueError(
                f"{SCHEDULER} names workers that share no folder with this server, so SQLite "
                f"cannot be used: give the server and the workers the same {DATABASE} of a "
                "PostgreSQL database"
            )
        return settings


def names() -> tuple[str, ...]:
    """Of all variables."""
    return DATA, WORKERS, DATABASE, SCHEDULER, HOSTS, FRAMES, PROXIES, *map(_of_limit, _LIMITS)


def is_shared(url: str) -> bool:
    """Whether processes on other machines can reach the database."""
    return not url.startswith("sqlite")


_LIMITS = {field.name: float if field.type == "float" else int for field in fields(Limits)}


def _of_limit(name: str) -> str:
    return PREFIX + name.upper()


def _limits(given: Mapping[str, str]) -> Limits:
    return Limits(
        **{
            name: _number(given, _of_limit(name), kind)
            for name, kind in _LIMITS.items()
            if _of_limit(name) in given
        }
    )


def _number(given: Mapping[str, str], name: str, kind: type[int] | type[float]) -> float:
    try:
        number = kind(given[name])
    except ValueError:
        number = 0
    if not 0 < number < inf:
        whole = "a whole number" if kind is int else "a number"
        raise ValueError(f"{name} is {given[name]!r}; give {whole} above 0")
    return number


def _list(
    given: Mapping[str, str], name: str, pattern: re.Pattern[str], kind: str
) -> tuple[str, ...]:
    entries = [entry.strip().lower() for entry in given.get(name, "").split(",")]
    entries = [entry for entry in entries if entry]
    for entry in entries:
        if not pattern.fullmatch(entry):
            raise ValueError(f"{name} has {entry!r}; give {kind}, with commas between them")
    return tuple(entries)


def _refuse_unknown(given: Mapping[str, str]) -> None:
    """A limit whose name was misspelt would not hold, and nobody would know."""
    ours = {name.removeprefix(PREFIX): name for name in names()}
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in names() and not name.startswith(TESTS):
            near = get_close_matches(name.removeprefix(PREFIX), ours, n=1)
            hint = f"did you mean {ours[near[0]]}?" if near else "docs/hosting.md lists them all"
            raise ValueError(f"{name} is no setting of Unpadded; {hint}")


def _refuse_wrong_proxies(given: str) -> None:
    """uvicorn takes what is no address for the name of one, and trusts nobody by it."""
    for each in (part.strip() for part in given.split(",") if given):
        try:
            if each != "*":
                ip_network(each)
        except ValueError:
            raise ValueError(
                f"{PROXIES} names {each!r}; give the addresses or networks of your proxies, such "
                "as 10.0.0.2,172.16.0.0/12"
            ) from None


def _database(given: str | None, data: Path) -> str:
    if given is None:
        return f"sqlite:///{data / FILE}"
    # The driver is ours to choose; hosts hand out both of these forms.
    for scheme in ("postgres://", "postgresql://"):
        if given.startswith(scheme):
            given = "postgresql+psycopg://" + given.removeprefix(scheme)
    try:
        url = sqlalchemy.make_url(given)
    except sqlalchemy.exc.ArgumentError:
        url = None
    # Not repeated in the sentence: it may hold a password.
    if url is None or url.drivername not in ("postgresql+psycopg", "sqlite") or not url.database:
        raise ValueError(
            f"{DATABASE} is no address of a database; give one like "
            "postgresql://user:password@host:5432/name"
        )
    return given


def _scheduler(address: str | None) -> str | None:
    """A Dask connection is code execution: across machines only with Dask's TLS."""
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
