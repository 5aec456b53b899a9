"""Which account with WeChat Pay the settings name: all of it, none of it, and never half of it."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError
from sqlalchemy import Engine

import wechat
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.wechat_pay import WeChatPayWallet
from settings import Settings
from tests.activities.wechat_server import (
    API_KEY,
    KEY_ID,
    MCHID,
    OURS,
    SERIAL,
    THEIRS,
    pem,
    public_pem,
    wechat_account,
)
from wechat import NAMES, account_of
from worker import wallet_of


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "ours.pem").write_text(pem(OURS))
    (tmp_path / "theirs.pem").write_text(public_pem(THEIRS))
    return {
        "wechat_pay_mchid": MCHID,
        "wechat_pay_serial": SERIAL,
        "wechat_pay_key_file": tmp_path / "ours.pem",
        "wechat_pay_api_key": API_KEY,
        "wechat_pay_public_key_id": KEY_ID,
        "wechat_pay_public_key_file": tmp_path / "theirs.pem",
        "wechat_pay_store_url": "https://shop.example.com",
    }


def test_nothing_set_is_no_account() -> None:
    assert account_of(Settings()) is None


def test_everything_set_is_an_account(given: dict[str, Any]) -> None:
    assert account_of(Settings(**given)) == wechat_account("https://api.mch.weixin.qq.com")


def test_where_the_outside_world_is_simulated_the_wallet_is_too(given: dict[str, Any]) -> None:
    assert account_of(Settings(**given, simulator=True)) is None


def test_a_worker_asks_wechat_pay_where_there_is_an_account_with_it(
    given: dict[str, Any], engine: Engine
) -> None:
    assert isinstance(wallet_of(Settings(**given), engine), WeChatPayWallet)
    for settings in (Settings(), Settings(**given, simulator=True)):
        assert isinstance(wallet_of(settings, engine), SimulatedWallet)


def test_without_the_extra_the_process_ends(given: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wechat, "find_spec", lambda _: None)
    assert account_of(Settings()) is None
    with pytest.raises(SystemExit, match="needs the extra wechat"):
        account_of(Settings(**given))


@pytest.mark.parametrize("name", NAMES)
def test_half_an_account_ends_the_process_with_what_is_missing(given: dict[str, Any], name: str) -> None:
    del given[f"wechat_pay_{name}"]
    with pytest.raises(SystemExit, match=f"^WECHAT_PAY_{name.upper()} must be set"):
        account_of(Settings(**given))


def test_a_key_that_is_not_there_ends_the_process(given: dict[str, Any], tmp_path: Path) -> None:
    given["wechat_pay_key_file"] = tmp_path / "nowhere.pem"
    with pytest.raises(SystemExit, match=r"nowhere\.pem cannot be read"):
        account_of(Settings(**given))


def _elliptic() -> str:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("file", ["ours.pem", "theirs.pem"])
@pytest.mark.parametrize("text", ["", "MIIEvQIBADANBg", "-----BEGIN PRIVATE KEY-----\nAAAA\n", _elliptic()])
def test_a_key_that_is_none_ends_the_process(
    given: dict[str, Any], tmp_path: Path, file: str, text: str
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(SystemExit, match="must hold"):
        account_of(Settings(**given))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("mchid", "19000091-1"), ("serial", "not hexadecimal"), ("public_key_id", "3775B6A4")),
        *(("api_key", "a" * 31), ("api_key", "a" * 33), ("url", "api.mch"), ("store_url", "shop")),
    ],
)
def test_a_setting_of_another_form_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(**{f"wechat_pay_{name}": value})  # type: ignore[arg-type]
