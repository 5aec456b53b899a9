"""A web as it can be had here: one HTTPS server that is every host, with certificates made for the test."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from activities.gateways.web_links import Network

HERE = "127.0.0.1"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SHOP, ELSEWHERE = "shop.example", "elsewhere.example"
LAPSED, SELF_SIGNED, ANOTHERS = "lapsed.example", "self-signed.example", "anothers.example"


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    name: str | None
    """What the client asked for in its handshake."""


class _Authority:
    """It signs for any host."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])
        self.certificate = self._made(self.name, self.key, True).sign(self.key, SHA256())

    def context(
        self, directory: Path, host: str, *, until: datetime, by_itself: bool = False
    ) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._made(name, key, False, until, issuer=name if by_itself else self.name)
        named = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        signed = named.sign(key if by_itself else self.key, SHA256())
        file = directory / f"{host}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + signed.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _made(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        authority: bool,
        until: datetime | None = None,
        issuer: x509.Name | None = None,
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(issuer or name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(LONG_AGO)
            .not_valid_after(until or datetime.now(UTC) + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )


@dataclass
class Web:
    """Every path answers as it was told to. `addresses` is its name system."""

    port: int = 0
    trust: ssl.SSLContext | None = None
    answers: dict[tuple[str, str], tuple[int, dict[str, str]]] = field(default_factory=dict)
    """By method and path."""
    addresses: dict[str, list[str]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    sent: int = 0
    """Bytes of bodies without an end."""
    ending: threading.Event = field(default_factory=threading.Event)

    def say(self, path: str, status: int, *, method: str | None = None, **headers: str) -> str:
        """Answer so from now on, to HEAD and GET unless one is named. The link to it."""
        for each in (method,) if method else ("HEAD", "GET"):
            self.answers[each, path] = status, headers
        return f"https://{SHOP}{path}"

    def resolve(self, host: str) -> list[str]:
        self.resolved.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return self.addresses[host]

    def network(self, **changes: Any) -> Network:
        """In which this machine, and nothing else, is the public web."""
        usual = {"resolve": self.resolve, "admits": HERE.__eq__, "port": self.port, "trust": self.trust}
        return Network(**{**usual, **changes})


@contextmanager
def serving_web(directory: Path) -> Iterator[Web]:
    authority, web = _Authority(), Web()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    contexts = {host: authority.context(directory, host, until=tomorrow) for host in (SHOP, ELSEWHERE)}
    contexts[LAPSED] = authority.context(directory, LAPSED, until=LONG_AGO + timedelta(days=1))
    contexts[SELF_SIGNED] = authority.context(directory, SELF_SIGNED, until=tomorrow, by_itself=True)
    contexts[ANOTHERS] = contexts[SHOP]
    web.addresses = {host: [HERE] for host in contexts}
    web.trust = ssl.create_default_context(cadata=authority.certificate.public_bytes(Encoding.PEM).decode())

    def chosen(connection: ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", contexts[SHOP])
        connection.asked_for = name  # type: ignore[attr-defined]

    front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    front.sni_callback = chosen  # type: ignore[assignment]

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        block_on_close = True

        def get_request(self) -> tuple[Any, Any]:
            plain, address = super().get_request()
            web.connections += 1
            return front.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that leave, and handshakes that fail, are what is tested."""

    class Handler(_Handler):
        world = web

    server = Server((HERE, 0), Handler)
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    world: Web
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None: ...

    def _answer(self) -> None:
        name = getattr(self.connection, "asked_for", None)
        headers = {header.lower(): value for header, value in self.headers.items()}
        self.world.seen.append(Seen(self.command, headers["host"], self.path, headers, name))
        self.close_connection = True
        with suppress(OSError):
            self._said()

    def _said(self) -> None:
        if self.path == "/hangs-up":
            return
        if self.path == "/floods":
            self._drip(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100, 0)
        elif self.path == "/hangs":
            self.world.ending.wait()
        elif self.path == "/drips":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", 0.02)
        elif self.path == "/endless" and self.command == "GET":
            self._drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"a" * 4096, 0)
        else:
            status, headers = self.world.answers.get((self.command, self.path), (404, {}))
            self.send_response_only(status)
            for name, value in {"Content-Length": "0", "Connection": "close", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

    def _drip(self, begins: bytes, goes_on: bytes, every_s: float) -> None:
        """Until the client has had enough of it."""
        self.connection.sendall(begins)
        while not self.world.ending.wait(every_s):
            self.connection.sendall(goes_on)
            self.world.sent += len(goes_on)
