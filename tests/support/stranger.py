"""``python -m tests.support.stranger``: what another user of the machine gets from Dask's ports.

Reads JSON from its input: the addresses, and the arguments of ``Security`` for each key to try.
Gives up root's rights, and prints what each key got at each address: the peer's kind, or "refused".
"""

import asyncio
import json
import os
import sys

from distributed import Security
from distributed.core import rpc

NOBODY = 65534
SECONDS = 3


async def ask(address: str, key: dict | None) -> str:
    args = Security(**(key or {})).get_connection_args("client")
    try:
        async with asyncio.timeout(SECONDS), rpc(address, connection_args=args) as peer:
            return (await peer.identity())["type"]
    except (OSError, TimeoutError, RuntimeError):
        return "refused"


async def main() -> None:
    given = json.load(sys.stdin)
    await ask("tls://127.0.0.1:1", given["keys"]["own"])  # imports what root alone may read
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    found = {}
    for name, key in given["keys"].items():
        for address in given["addresses"]:
            scheme = "tcp" if key is None else "tls"
            found[f"{name} {address}"] = await ask(f"{scheme}://{address}", key)
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
