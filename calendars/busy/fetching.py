"""Fetches an outside calendar over HTTP, and reaches nothing but the public internet.

Whoever may type an address could otherwise make this server ask its own neighbours. So the name is
resolved here, every address it has must be public, and the connection goes to the one that was
looked at: a name that answers differently the second time is never asked a second time. Each
redirect starts over. Time and size are bounded while reading. Knows no database and no calendar.
"""

import io
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
MOST_REDIRECTS = 3
CHUNK = 16 * 1024
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
# Ways to write an IPv4 address as an IPv6 one, which of them is routed is not ours to know; and
# what protocols keep for themselves, of which each Python knows another part.
KEPT = [
    ip_network(each)
    for each in (
        *("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"),
        *("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10"),
    )
]

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[tuple[str, int], float], socket.socket]


class Unreachable(Exception):
    """Nothing was read; `code` is one of calendars.busy.words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Fetched:
    """`body` None: it is as it was when `etag` and `last_modified` were handed out."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_kind, address in found]


def connect(address: tuple[str, int], patience: float) -> socket.socket:
    return socket.create_connection(address, patience)


@dataclass(frozen=True, slots=True)
class Network:
    """The way out; tests hand in one that leads to themselves."""

    resolve: Resolve = resolve
    connect: Connect = connect
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context
    patience: float = TOTAL_SECONDS


def fetch(
    url: str,
    *,
    most_bytes: int,
    etag: str = "",
    last_modified: str = "",
    network: Network | None = None,
) -> Fetched:
    """The body behind `url`, at most `most_bytes` of it unpacked. Raises Unreachable."""
    network = network or Network()
    deadline = time.monotonic() + network.patience
    headers = {"Accept": "text/calendar, text/plain;q=0.5", "Accept-Encoding": "gzip"}
    headers |= {"User-Agent": "Benchkey", "Connection": "close"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    try:
        return _follow(url, headers, most_bytes, network, deadline)
    except ssl.SSLError as error:
        raise Unreachable("bad-certificate") from error
    except TimeoutError as error:
        raise Unreachable("too-slow") from error
    except (OSError, HTTPException, zlib.error) as error:
        raise Unreachable("no-answer") from error


def _follow(
    url: str, headers: dict[str, str], most_bytes: int, network: Network, deadline: float
) -> Fetched:
    for _hop in range(MOST_REDIRECTS + 1):
        target = checked(url)
        answer = _ask(target, headers, network, deadline)
        try:
            if answer.status not in REDIRECTS:
                return _fetched(answer, most_bytes)
            url = _next(target, answer)
        finally:
            answer.close()
    raise Unreachable("too-many-redirects")


def checked(url: str) -> SplitResult:
    """The address in its parts; Unreachable for one that is not asked at all."""
    if url.lower().startswith("webcal://"):
        url = f"https{url[6:]}"
    try:
        target = urlsplit(url)
        port, host = target.port, (target.hostname or "").encode("idna").decode()
    except ValueError as error:  # UnicodeError, too
        raise Unreachable("bad-address") from error
    if target.scheme not in PORTS or not host or not url.isascii() or not url.isprintable():
        raise Unreachable("bad-address")
    if " " in url:
        raise Unreachable("bad-address")
    if target.username is not None or target.password is not None:
        raise Unreachable("has-password")
    if port not in (None, PORTS[target.scheme]):
        raise Unreachable("bad-port")
    return target


def is_public(address: str) -> bool:
    """Whether it is a host of the internet, and not of this house or of nobody."""
    ip = ip_address(address.partition("%")[0])
    if any(ip in network for network in KEPT) or (ip.version == 6 and ip.is_site_local):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _ask(
    target: SplitResult, headers: dict[str, str], network: Network, deadline: float
) -> HTTPResponse:
    host, port = target.hostname or "", PORTS[target.scheme]
    line = _Line(_dial(host, port, network, deadline), deadline)
    try:
        if target.scheme == "https":
            line.encrypt(network.tls(), host)
        asking = HTTPConnection(host, port)
        asking.sock = line  # it has what http.client asks of a socket
        path = target.path or "/"
        asking.request("GET", f"{path}?{target.query}" if target.query else path, headers=headers)
        return asking.getresponse()
    except BaseException:
        line.end()
        raise


def _dial(host: str, port: int, network: Network, deadline: float) -> socket.socket:
    """A connection to the very address that was found to be public."""
    try:
        addresses = network.resolve(host, port)
    except OSError as error:
        raise Unreachable("no-such-host") from error
    if not addresses:
        raise Unreachable("no-such-host")
    if not all(is_public(address) for address in addresses):
        raise Unreachable("not-public")
    patience = min(CONNECT_SECONDS, deadline - time.monotonic())
    if patience <= 0:
        raise TimeoutError
    return network.connect((addresses[0], port), patience)


def _next(target: SplitResult, answer: HTTPResponse) -> str:
    """Where a redirect leads; never from an encrypted line to an open one."""
    url = urljoin(target.geturl(), answer.getheader("Location") or "")
    if target.scheme == "https" and not url.lower().startswith("https:"):
        raise Unreachable("bad-redirect")
    return url


def _fetched(answer: HTTPResponse, most_bytes: int) -> Fetched:
    if answer.status == 304:
        return Fetched(None)
    if answer.status != 200:
        raise Unreachable("gone" if answer.status in (404, 410) else "refused")
    body = _body(answer, most_bytes)
    etag, modified = answer.getheader("ETag") or "", answer.getheader("Last-Modified") or ""
    # What is too long to keep is not asked back.
    return Fetched(body, etag if len(etag) <= 200 else "", modified if len(modified) <= 60 else "")


def _body(answer: HTTPResponse, most_bytes: int) -> bytes:
    """Unpacked as it comes, so that a bomb goes off in small pieces."""
    encoding = (answer.getheader("Content-Encoding") or "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise Unreachable("unknown-encoding")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    while chunk := answer.read(CHUNK):
        body += unpack.decompress(chunk, most_bytes + 1 - len(body)) if unpack else chunk
        if len(body) > most_bytes:
            raise Unreachable("too-large")
    return bytes(body)


class _Line:
    """A socket as http.client uses one, on which everything together has to be done by `deadline`.

    A timeout of a socket is for each read: a byte every few seconds would go on for ever.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock, self.deadline = sock, deadline

    def hurry(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """TLS, with a certificate for the name that was asked for."""
        self.hurry()
        self.sock = context.wrap_socket(self.sock, server_hostname=host)

    def sendall(self, data: Any) -> None:
        self.hurry()
        self.sock.sendall(data)

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Asked of a connection that will not be used again, while its answer is still to come."""

    def end(self) -> None:
        self.sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self.line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.hurry()
        return self.line.sock.recv_into(buffer)

    def close(self) -> None:
        self.line.end()
        super().close()
