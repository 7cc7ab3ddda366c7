"""Fetching a stranger's address: only the public internet is asked, and not for long.

A real server on loopback plays the internet; the way out that is handed in leads every public
address to it, and says what was connected to.
"""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from calendars.busy.fetching import Fetched, Network, Unreachable, checked, fetch, is_public

PUBLIC = "93.184.216.34"
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Internet:
    """Names and their addresses, pages and their answers, and whom was asked."""

    port: int
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    pages: dict[str, Answer] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def resolve(self, host: str, _port: int) -> list[str]:
        self.resolved.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers[min(self.resolved.count(host), len(answers)) - 1]

    def connect(self, address: tuple[str, int], patience: float) -> socket.socket:
        self.connected.append(address[0])
        return socket.create_connection(("127.0.0.1", self.port), patience)

    def fetch(
        self, url: str, *, patience: float = 60, most_bytes: int = 1000, **given: str
    ) -> Fetched:
        network = Network(self.resolve, self.connect, patience=patience)
        return fetch(url, most_bytes=most_bytes, network=network, **given)

    def refused(self, url: str, **given: float) -> str:
        with pytest.raises(Unreachable) as caught:
            self.fetch(url, **given)
        return caught.value.code


@pytest.fixture
def internet() -> Iterator[Internet]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append({name.lower(): value for name, value in self.headers.items()})
            there.pages[self.path](self)

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_who: None  # whoever hangs up is what these tests are about
        there = Internet(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield there
        server.shutdown()
        thread.join()


def page(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(asking: BaseHTTPRequestHandler) -> None:
        asking.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            asking.send_header(name.replace("_", "-"), value)
        asking.end_headers()
        asking.wfile.write(body)

    return answer


def redirect(to: str) -> Answer:
    return page(b"", 302, Location=to)


def test_a_calendar_is_fetched_with_its_tags(internet: Internet) -> None:
    internet.pages["/7.ics?a=b"] = page(b"BEGIN", ETag='"7"', Last_Modified="Tue, 24 Nov 2026")
    found = internet.fetch("http://school.example/7.ics?a=b")
    assert found == Fetched(b"BEGIN", '"7"', "Tue, 24 Nov 2026")
    assert internet.asked[0]["host"] == "school.example"
    assert internet.connected == [PUBLIC]


def test_what_has_not_changed_is_not_sent_again(internet: Internet) -> None:
    internet.pages["/"] = page(b"", 304)
    assert internet.fetch("http://school.example", etag='"7"').body is None
    assert internet.asked[0]["if-none-match"] == '"7"'


# --- who is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://school.example/7.ics", "bad-address"),
        ("file:///etc/passwd", "bad-address"),
        ("gopher://school.example", "bad-address"),
        ("school.example", "bad-address"),
        ("http://", "bad-address"),
        ("http://school.example\r\nX-Evil: 1/", "bad-address"),
        ("http://school.example/a b", "bad-address"),
        ("http://[::1", "bad-address"),
        ("http://school.example:99999/", "bad-address"),
        ("http://dana:secret@school.example/", "has-password"),
        ("http://school.example:22/", "bad-port"),
        ("http://school.example:443/", "bad-port"),
        ("https://school.example:8443/", "bad-port"),
    ],
)
def test_only_plain_addresses_of_the_web_are_asked(internet: Internet, url: str, code: str) -> None:
    assert internet.refused(url) == code
    assert not internet.resolved and not internet.connected


def test_an_address_made_for_calendar_apps_is_one_of_the_web() -> None:
    assert checked("webcal://school.example/7.ics").geturl() == "https://school.example/7.ics"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.7",
        "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1",
    ],
)  # fmt: skip
def test_no_address_of_this_house_or_of_nobody_is_asked(internet: Internet, address: str) -> None:
    assert not is_public(address)
    internet.names["school.example"] = [[address]]
    assert internet.refused("http://school.example/") == "not-public"
    internet.names["school.example"] = [[PUBLIC, address]]  # one good name beside it helps nothing
    assert internet.refused("http://school.example/") == "not-public"
    assert not internet.connected


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2a00:1450::1"])
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1"])
def test_the_real_way_out_does_not_lead_back_in(host: str) -> None:
    """With the resolver of the system: however loopback is written, it is not asked."""
    with pytest.raises(Unreachable) as caught:
        fetch(f"http://{host}/", most_bytes=10, network=Network(patience=3))
    assert caught.value.code in ("not-public", "no-such-host")


def test_a_name_that_changes_its_mind_is_asked_for_once(internet: Internet) -> None:
    """DNS rebinding: public when looked at, private when connected to."""
    internet.names["school.example"] = [[PUBLIC], ["127.0.0.1"]]
    internet.pages["/"] = page(b"BEGIN")
    assert internet.fetch("http://school.example/").body == b"BEGIN"
    assert internet.resolved == ["school.example"]
    assert internet.connected == [PUBLIC]


# --- redirects ---------------------------------------------------------------------------------


def test_a_redirect_is_followed_and_its_host_looked_at_anew(internet: Internet) -> None:
    internet.pages["/"] = redirect("http://other.example/7.ics")
    internet.pages["/7.ics"] = page(b"BEGIN")
    assert internet.fetch("http://school.example/").body == b"BEGIN"
    assert internet.resolved == ["school.example", "other.example"]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("http://inside.example/", "not-public"),
        ("http://inside.example:22/", "bad-port"),
        ("file:///etc/passwd", "bad-address"),
        ("http://a:b@school.example/", "has-password"),
        ("", "too-many-redirects"),  # to itself
    ],
)
def test_a_redirect_leads_nowhere_else(internet: Internet, to: str, code: str) -> None:
    internet.names["inside.example"] = [["10.0.0.1"]]
    internet.pages["/"] = redirect(to)
    assert internet.refused("http://school.example/") == code
    assert set(internet.connected) == {PUBLIC} and len(internet.connected) <= 4


# --- time and size -----------------------------------------------------------------------------


DROPS = 1_200  # in a minute


def drip(asking: BaseHTTPRequestHandler) -> None:
    """A byte now and then, so that no single read ever takes long."""
    asking.send_response(200)
    asking.end_headers()
    for _byte in range(DROPS):
        asking.wfile.write(b"x")
        asking.wfile.flush()
        time.sleep(0.05)


def drip_headers(asking: BaseHTTPRequestHandler) -> None:
    asking.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    for _byte in range(DROPS):
        asking.wfile.write(b"x")
        asking.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip, drip_headers])
def test_a_slow_drip_is_cut_off(internet: Internet, answer: Answer) -> None:
    internet.pages["/"] = answer
    begun = time.monotonic()
    assert internet.refused("http://school.example/", patience=0.4, most_bytes=DROPS) == "too-slow"
    assert time.monotonic() - begun < DROPS * 0.05 / 2


def test_what_is_too_large_is_cut_off_while_it_comes(internet: Internet) -> None:
    sent = []

    def endless(asking: BaseHTTPRequestHandler) -> None:
        asking.send_response(200)
        asking.end_headers()
        for _chunk in range(10_000):
            asking.wfile.write(b"x" * 10_000)
            sent.append(10_000)

    internet.pages["/"] = endless
    assert internet.refused("http://school.example/", most_bytes=50_000) == "too-large"
    assert sum(sent) < 50_000_000


def test_packed_is_unpacked_and_a_bomb_goes_off_small(internet: Internet) -> None:
    internet.pages["/"] = page(gzip.compress(b"BEGIN"), Content_Encoding="gzip")
    assert internet.fetch("http://school.example/").body == b"BEGIN"
    bomb = gzip.compress(b"x" * 20_000_000)
    internet.pages["/"] = page(bomb, Content_Encoding="gzip")
    assert internet.refused("http://school.example/") == "too-large"
    internet.pages["/"] = page(b"?", Content_Encoding="br")
    assert internet.refused("http://school.example/") == "unknown-encoding"


@pytest.mark.parametrize(
    ("status", "code"), [(404, "gone"), (410, "gone"), (401, "refused"), (500, "refused")]
)
def test_other_answers_are_no_calendar(internet: Internet, status: int, code: str) -> None:
    internet.pages["/"] = page(b"BEGIN", status)
    assert internet.refused("http://school.example/") == code


def test_no_answer_and_nonsense_are_told_apart_from_a_slow_one(internet: Internet) -> None:
    internet.pages["/"] = lambda asking: asking.wfile.write(b"\x16\x03nonsense\r\n\r\n") and None
    assert internet.refused("http://school.example/") == "no-answer"
    internet.port = 1  # nobody listens
    assert internet.refused("http://school.example/") == "no-answer"


# --- TLS ---------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of school.example, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "school.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("school.example")]), False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "school.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_certificate_must_be_trusted_and_for_the_name(
    internet: Internet, certificate: Path
) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    internet.pages["/"] = page(b"BEGIN")

    def connect(address: tuple[str, int], patience: float) -> socket.socket:
        """Through a pipe that speaks TLS for the server, which does not."""
        ours, theirs = socket.socketpair()
        threading.Thread(target=speak, args=(theirs,), daemon=True).start()
        ours.settimeout(patience)
        return ours

    def speak(theirs: socket.socket) -> None:
        try:
            with serving.wrap_socket(theirs, server_side=True) as line:
                line.recv(4096)
                line.sendall(b"HTTP/1.0 200 OK\r\n\r\nBEGIN")
        except OSError:
            theirs.close()

    def answer(url: str, tls: Callable[[], ssl.SSLContext]) -> str:
        try:
            network = Network(internet.resolve, connect, tls, patience=60)
            return str(fetch(url, most_bytes=100, network=network).body)
        except Unreachable as error:
            return error.code

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(certificate))

    assert answer("https://school.example/", ssl.create_default_context) == "bad-certificate"
    assert answer("https://other.example/", trusting) == "bad-certificate"
    assert answer("https://school.example/", trusting) == "b'BEGIN'"
