"""A client of the OpenAI protocol, as vLLM, llama.cpp, Ollama and others serve it on the premises.

One question, one answer, no streaming. Never waits beyond the seconds given, follows no redirect, uses no proxy, and
asks no machine outside the house's own network.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext_lazy

from tingsu.base.errors import TingsuError

MOST_BYTES = 1 << 20  # of an answer
_PIECE = 1 << 14
LOOKUP_SECONDS = 5.0  # for a name, while somebody waits for the setting to be saved

WHY = {
    "outside": gettext_lazy("只能使用本机或单位内网的模型地址，客户的投诉内容不出单位。"),
    "address": gettext_lazy("模型地址要写成 http://主机:端口/v1 的样子。"),
    "timeout": gettext_lazy("模型没有在规定的时间内答复。"),
    "unreachable": gettext_lazy("连不上模型服务。"),
    "refused": gettext_lazy("模型服务拒绝了请求。"),
    "nonsense": gettext_lazy("模型给出的内容不能用。"),
    "too_long": gettext_lazy("模型答复太长。"),
}


class NoDraft(TingsuError):
    """The model gave nothing that can be used; ``reason`` is one of WHY. Nobody has to wait for it."""

    code = "no_draft"

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(str(WHY[reason]))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers: ``address`` up to and with /v1, its name, seconds to wait in all, key or empty."""

    address: str
    model: str
    seconds: float = 20.0
    key: str = ""


def ask_model(endpoint: Endpoint, messages: Sequence[dict[str, str]], *, most_tokens: int = 1200) -> str:
    """What the model answers. Raises NoDraft for whatever goes wrong, within the endpoint's seconds."""
    until = time.monotonic() + endpoint.seconds
    where, host = _place(endpoint.address, endpoint.seconds)
    body = {"model": endpoint.model, "messages": list(messages), "max_tokens": most_tokens, "temperature": 0.3,
            "stream": False}  # fmt: skip
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    with _cut_off_at(until) as lines:
        connection = _connect(where, host, until, lines)
        try:
            connection.request("POST", f"{where.path.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)
            raw = _receive(connection, until)
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a key no header can hold
            late = isinstance(error, TimeoutError) or time.monotonic() >= until
            raise NoDraft("timeout" if late else "unreachable", "" if late else type(error).__name__) from None
        finally:
            connection.close()
    return _content(raw)


@contextmanager
def _cut_off_at(until: float) -> Iterator[list[socket.socket]]:
    """Ends every line that is put into the list when the time is up: each byte of a dripped header resets a timeout."""
    lines: list[socket.socket] = []

    def cut() -> None:
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield lines
    finally:
        timer.cancel()
        for line in lines:
            line.close()


def check_address(address: str) -> None:
    """Pass if a model may be asked there. Raises NoDraft."""
    _place(address, LOOKUP_SECONDS)


def _place(address: str, seconds: float) -> tuple[SplitResult, str]:
    """The address in parts and the one numeric address asked, so that a name cannot lead elsewhere afterwards."""
    try:
        where = urlsplit(address)
        port = where.port or (443 if where.scheme == "https" else 80)
    except ValueError:
        raise NoDraft("address") from None
    if where.scheme not in ("http", "https") or not where.hostname or where.username or where.query or where.fragment:
        raise NoDraft("address")
    if not where.path.isascii() or any(char <= " " or char == "\x7f" for char in where.path):
        raise NoDraft("address")
    hosts = _look_up(where.hostname, port, seconds)
    if not all(_is_ours(host) for host in hosts):
        raise NoDraft("outside")
    return where, hosts[0]


def _look_up(name: str, port: int, seconds: float) -> list[str]:
    """The numeric addresses of a name. A name server that hangs is left to hang in a thread of its own."""
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
            answers.put([str(one[4][0]) for one in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise NoDraft("timeout") from None
    if isinstance(answer, Exception):
        raise NoDraft("unreachable", str(answer))
    return answer


def _is_ours(host: str) -> bool:
    """Whether a numeric address lies in this machine or a private network. Cloud metadata (169.254) does not."""
    known = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped  # ::ffff:169.254.169.254 leads where 169.254.169.254 does
    return known.is_loopback or (known.is_private and not known.is_link_local and not known.is_unspecified)


def _connect(
    where: SplitResult, host: str, until: float, lines: list[socket.socket]
) -> http.client.HTTPConnection:  # fmt: skip
    port, left = where.port, max(0.01, until - time.monotonic())
    connection: http.client.HTTPConnection
    if where.scheme == "https":
        connection = http.client.HTTPSConnection(
            str(where.hostname), port, timeout=left, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(str(where.hostname), port, timeout=left)

    # Connect to the address that was looked at, whatever the name says by now; TLS still checks the name.
    def open_line(_to: object, *rest: Any) -> socket.socket:
        line = socket.create_connection((host, connection.port), *rest)
        lines.append(line.dup())  # TLS takes the socket itself over
        if time.monotonic() >= until:
            raise TimeoutError
        return line

    connection._create_connection = open_line  # type: ignore[attr-defined]
    return connection


def _receive(connection: http.client.HTTPConnection, until: float) -> bytes:
    """The body of a plain 200. A server that drips is left when the time is up."""
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise NoDraft("refused", str(answer.status))
    pieces: list[bytes] = []
    size = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = answer.read1(_PIECE)
        if not piece and time.monotonic() >= until:
            raise TimeoutError  # cut off, not finished
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise NoDraft("too_long")


def _content(raw: bytes) -> str:
    try:
        told: Any = json.loads(raw)
        content = told["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoDraft("nonsense") from None
    if not isinstance(content, str):
        raise NoDraft("nonsense")
    return content
