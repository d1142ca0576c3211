"""A listening WebSocket: handshake, arrival times, pings. Cheap enough for hundreds."""

from __future__ import annotations

import asyncio
import base64
import os
import time
from dataclasses import dataclass, field

from benchmarks.measure import Wrong
from supervisor.tree import HOST

TEXT = 1
CLOSE = 8
PING = 9
PONG = 10
LONG = 126  # a length that stands in the next two bytes


@dataclass
class Listener(asyncio.Protocol):
    """``arrived``: when each text frame came, by `time.perf_counter`."""

    port: int
    cookie: str = ""
    arrived: list[float] = field(default_factory=list)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False
    _unread: bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /ws/live/ HTTP/1.1", f"Host: {HOST}:{self.port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Origin: http://{HOST}:{self.port}", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
            *([f"Cookie: {self.cookie}"] if self.cookie else []),
        ]  # fmt: skip
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._unread += data
        if not self.is_open.is_set():
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head:
                self.transport.close()
                return
            self.is_open.set()
            self._unread = rest
        while frame := self._next_frame():
            self._take(*frame, now)

    def _next_frame(self) -> tuple[int, bytes] | None:
        """Opcode and payload; a server's frames are not masked, and ours are short."""
        if len(self._unread) < 2:
            return None
        begin = 2
        length = self._unread[1] & 127
        if length == LONG:
            begin = 4
            length = int.from_bytes(self._unread[2:4], "big")
        if len(self._unread) < begin + length:
            return None
        opcode = self._unread[0] & 15
        payload = self._unread[begin : begin + length]
        self._unread = self._unread[begin + length :]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == TEXT:
            self.arrived.append(now)
        elif opcode == PING:
            self.send(PONG, payload)
        elif opcode == CLOSE:
            self.transport.close()

    def send(self, opcode: int, payload: bytes) -> None:
        """Masked with zeros, as a client must mask."""
        self.transport.write(bytes([128 | opcode, 128 | len(payload)]) + bytes(4) + payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self.is_open.set()


async def listen(port: int, cookie: str = "") -> Listener:
    """Connect and shake hands. Raises Wrong when the server refuses."""
    listener = Listener(port, cookie)
    await asyncio.get_running_loop().create_connection(lambda: listener, HOST, port)
    await asyncio.wait_for(listener.is_open.wait(), 60)
    if listener.is_lost:
        raise Wrong("a websocket was refused")
    return listener
