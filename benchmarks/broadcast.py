"""`python -m benchmarks.broadcast PORT`: the control of push. Messages of one socket are sent to all others."""

from __future__ import annotations

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

from supervisor.tree import HOST

everybody: set[ServerConnection] = set()


async def attend(socket: ServerConnection) -> None:
    everybody.add(socket)
    async for message in socket:
        broadcast(everybody - {socket}, message)
    everybody.discard(socket)


async def main(port: int) -> None:
    async with serve(attend, HOST, port, compression=None):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
