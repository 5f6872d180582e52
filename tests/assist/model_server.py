"""A server that speaks the OpenAI protocol, well or badly, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behave = Callable[["Talk"], None]


class Talk(BaseHTTPRequestHandler):
    """One request; what is done with it is the server's ``behave``."""

    server: ModelServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        self.server.behave(self)

    def tell(self, said: str) -> None:
        """Answer as a model does."""
        self.send(json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode())

    def send(self, raw: bytes, status: int = 200, **headers: str) -> None:
        """Answer with these bytes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Say nothing in the tests' output."""


class ModelServer(ThreadingHTTPServer):
    """On a free port of this machine; ``asked`` holds (path, headers, body) of every request."""

    daemon_threads = True

    def __init__(self, behave: Behave) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.behave = behave
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def serving(behave: Behave) -> Iterator[ModelServer]:
    """The server while it runs."""
    server = ModelServer(behave)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def hang(talk: Talk) -> None:
    """Never answer."""
    time.sleep(30)


def drip(talk: Talk) -> None:
    """A byte now and then, for ever."""
    talk.send_response(200)
    talk.send_header("Content-Length", "1000000")
    talk.end_headers()
    for _ in range(200):
        try:
            talk.wfile.write(b" ")
            talk.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def drip_headers(talk: Talk) -> None:
    """A byte of a header now and then, for ever."""
    talk.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(200):
        try:
            talk.wfile.write(b"x")
            talk.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)
