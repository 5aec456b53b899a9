"""Links on the web, looked at from here without being led anywhere that is not public.

A name is resolved once. Its addresses are checked, and the connection is made to the very address that was
checked; every redirect is a link of its own. Nothing of an answer is kept but its status.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from models.links import LinkState, Reach
from models.rules.links import PORT, host_of, link_findings
from models.rules.public_addresses import is_public

WITHIN_S = 10.0
"""For everything together. Below what an activity may take, so that a silence is told as one."""
CONNECT_WITHIN_S = 3.05
REDIRECTS = 5
NAMES_AT_ONCE = 8
"""Of those who look together. Others have their own."""
MOST_ADDRESSES = 3
MOST_BYTES = 64 * 1024
LONGEST_TARGET = 4000
"""Where a redirect leads may be longer than what people write."""
HEADERS = {"User-Agent": "link-check/1", "Accept": "*/*", "Accept-Encoding": "identity"}
FOLLOWED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
NOT_NOW = frozenset({408, 425, 429})
UNKNOWN_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
LEADS_ASTRAY = {
    "link-malformed": (Reach.BROKEN, "redirects to what is no address"),
    "link-not-https": (Reach.UNSAFE, "redirects to an address that is not https"),
    "link-not-public": (Reach.UNSAFE, "redirects to an address that is not public"),
}
NO_LINK = (Reach.UNSAFE, "redirects to where no link may lead")


def _addresses(host: str) -> list[str]:
    # With its last dot a name is never looked for in the domain of this machine.
    found = socket.getaddrinfo(f"{host}.", PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Network:
    """The network that links are looked at in. Tests have one of their own; no setting leads to another."""

    resolve: Callable[[str], list[str]] = _addresses
    """The addresses of a host. Raises `socket.gaierror`."""
    admits: Callable[[str], bool] = is_public
    port: int = PORT
    trust: ssl.SSLContext | None = None
    """Whose certificates are believed: those of the usual authorities, unless given."""


class _Known(Exception):
    """What there is to say of the link: nothing more is asked."""

    def __init__(self, state: Reach, detail: str) -> None:
        super().__init__(detail)
        self.state = LinkState(state=state, detail=detail)


class WebLinks:
    """`Links` on the real web. May be asked by many threads at once."""

    def __init__(self, network: Network | None = None, *, within_s: float = WITHIN_S) -> None:
        self._network = network or Network()
        self._within_s = within_s
        self._trust = self._network.trust or httpx.create_ssl_context(trust_env=False)

    def look(self, urls: Collection[str]) -> dict[str, LinkState]:
        # A name server that does not answer holds a thread for longer than anybody waits for it: of those
        # who asked it, and of nobody else.
        names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names-of-links")
        try:
            return asyncio.run(_Looking(self._network, self._trust, self._within_s, names).at(urls))
        finally:
            names.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Looking:
    """At several links together, each as if it were the only one."""

    network: Network
    trust: ssl.SSLContext
    within_s: float
    names: ThreadPoolExecutor

    async def at(self, urls: Collection[str]) -> dict[str, LinkState]:
        return dict(zip(urls, await asyncio.gather(*map(self._look, urls)), strict=True))

    async def _look(self, url: str) -> LinkState:
        try:
            async with asyncio.timeout(self.within_s):
                return await self._followed(url)
        except _Known as known:
            return known.state
        except TimeoutError:
            return LinkState(state=Reach.SILENT, detail="no answer in time")

    async def _followed(self, url: str) -> LinkState:
        if link_findings(url, "url"):
            raise _Known(Reach.UNSAFE, "no link that may be followed")
        for _ in range(REDIRECTS + 1):
            status, target = await self._visited(url)
            if target is None:
                return _said(status)
            url = _next(url, target)
        raise _Known(Reach.BROKEN, f"redirects more than {REDIRECTS} times")

    async def _visited(self, url: str) -> tuple[int, str | None]:
        """The status of a link, and where it redirects to."""
        host = host_of(url)
        for address in await self._checked_addresses(host):
            try:
                return await self._asked(url, host, address)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if _is_about_the_certificate(error):
                    raise _Known(Reach.UNSAFE, "its certificate is not valid") from error
            except (httpx.TransportError, OSError) as error:
                raise _Known(Reach.SILENT, "the connection ended without an answer") from error
        raise _Known(Reach.SILENT, "no connection")

    async def _checked_addresses(self, host: str) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self.names, self.network.resolve, host)
        except socket.gaierror as error:
            if error.errno in UNKNOWN_NAME:
                raise _Known(Reach.BROKEN, "its name is unknown") from error
            raise _Known(Reach.SILENT, "no name server answered") from error
        if not all(map(self.network.admits, found)):
            raise _Known(Reach.UNSAFE, "its name leads to an address that is not public")
        return found[:MOST_ADDRESSES]

    async def _asked(self, url: str, host: str, address: str) -> tuple[int, str | None]:
        """By HEAD, and by GET where that is not answered well: many servers do not know it."""
        try:
            answer = await self._answer("HEAD", url, host, address)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return await self._answer("GET", url, host, address)
        if 200 <= answer[0] < 400 or answer[0] in NOT_NOW:
            return answer
        return await self._answer("GET", url, host, address)

    async def _answer(self, method: str, url: str, host: str, address: str) -> tuple[int, str | None]:
        """A connection of its own, to the address, for the host: without cookies, proxies or redirects."""
        request = httpx.Request(
            method,
            httpx.URL(url).copy_with(host=address, port=self.network.port),
            headers={"Host": host, **HEADERS, "Connection": "close"},
            extensions={"sni_hostname": host, "timeout": {"connect": CONNECT_WITHIN_S}},
        )
        async with httpx.AsyncHTTPTransport(verify=self.trust) as transport:
            response = await transport.handle_async_request(request)
            try:
                left = MOST_BYTES
                async for part in response.aiter_raw():
                    left -= len(part)
                    if left <= 0:
                        break
            finally:
                await response.aclose()
        target = response.headers.get("Location") if response.status_code in FOLLOWED else None
        return response.status_code, target


def _next(url: str, target: str) -> str:
    """Where a redirect leads, if a link may lead there."""
    try:
        there = str(httpx.URL(url).join(target))
    except (httpx.InvalidURL, ValueError) as error:
        raise _Known(*LEADS_ASTRAY["link-malformed"]) from error
    for finding in link_findings(there, "url", longest=LONGEST_TARGET):
        raise _Known(*LEADS_ASTRAY.get(finding.code, NO_LINK))
    return there


def _said(status: int) -> LinkState:
    state = Reach.REACHED
    if status in GONE or status in FOLLOWED:
        state = Reach.BROKEN
    elif status in NOT_NOW or not 200 <= status < 500:
        state = Reach.SILENT
    return LinkState(state=state, detail=f"answers {status}")


def _is_about_the_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
