"""A store for documents on each kind of shelf in turn, and WeChat Pay as it can be had here."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from activities.gateways.wechat_pay import WeChatPayWallet
from tests.activities.shelves import Kept, in_directory, in_s3
from tests.activities.wechat_server import WeChatServer, serving_wechat, wechat_account


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    if request.param == "directory":
        return in_directory(tmp_path / "made" / "when needed")
    name = "b" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    return in_s3(request.getfixturevalue("s3_endpoint"), name, monkeypatch)


@pytest.fixture
def wechat() -> Iterator[WeChatServer]:
    with serving_wechat() as server:
        yield server


@pytest.fixture
def wallet(wechat: WeChatServer) -> WeChatPayWallet:
    return WeChatPayWallet(wechat_account(wechat.url))
