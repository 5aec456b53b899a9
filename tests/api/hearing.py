"""Whoever stands where our callbacks are, and keeps what it is told."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

Call = tuple[str, dict[str, str], bytes]


@dataclass(frozen=True)
class Heard:
    port: int
    calls: Queue[Call] = field(default_factory=Queue)

    async def next(self) -> Call:
        """Path, headers in small letters, and body. Waits a while for a call that is under way."""
        path, headers, body = await asyncio.to_thread(self.calls.get, timeout=60)
        return path, {name.lower(): value for name, value in headers.items()}, body

    @property
    def is_silent(self) -> bool:
        return self.calls.empty()


@contextmanager
def hearing() -> Iterator[Heard]:
    calls: Queue[Call] = Queue()

    class Hearing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            calls.put((self.path, dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hearing)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Heard(server.server_port, calls)
    server.shutdown()
    server.server_close()
