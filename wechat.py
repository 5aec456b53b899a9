"""How every process of ours talks to WeChat Pay: under which number and keys, and whom it believes."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from settings import Settings

NAMES = ("mchid", "serial", "key_file", "api_key", "public_key_id", "public_key_file", "store_url")
"""The settings without which none of the others means anything; each begins with `wechat_pay_`."""


@dataclass(frozen=True, slots=True)
class WeChatAccount:
    """The marketplace's own account with WeChat Pay. Notices and answers count by its public key alone."""

    mchid: str
    serial: str
    """Of our certificate: WeChat Pay finds our public key by it."""
    private_key: str = field(repr=False)
    api_key: str = field(repr=False)
    """What it encrypts notices with."""
    public_key_id: str
    public_key: str = field(repr=False)
    url: str
    store_url: str
    """Where it sees what a company sells."""


def account_of(settings: Settings) -> WeChatAccount | None:
    """None where nothing is set, and where the outside world is simulated. Half of it ends the process."""
    given = {name: getattr(settings, f"wechat_pay_{name}") for name in NAMES}
    if settings.simulator or not any(given.values()):
        return None
    if find_spec("wechatpayv3") is None:
        raise SystemExit("WECHAT_PAY_* needs the extra wechat")
    if missing := [f"WECHAT_PAY_{name.upper()}" for name, value in given.items() if value is None]:
        raise SystemExit(f"{', '.join(missing)} must be set, as the rest of WECHAT_PAY_* is")
    private, public = _read("KEY_FILE", given["key_file"]), _read("PUBLIC_KEY_FILE", given["public_key_file"])
    try:
        ours, theirs = load_pem_private_key(private.encode(), None), load_pem_public_key(public.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SystemExit("WECHAT_PAY_KEY_FILE and WECHAT_PAY_PUBLIC_KEY_FILE must hold PEM keys") from None
    if not (isinstance(ours, RSAPrivateKey) and isinstance(theirs, RSAPublicKey)):
        raise SystemExit("WECHAT_PAY_KEY_FILE and WECHAT_PAY_PUBLIC_KEY_FILE must hold RSA keys")
    return WeChatAccount(
        **{name: given[name] for name in ("mchid", "serial", "public_key_id")},
        private_key=private,
        public_key=public,
        api_key=given["api_key"].get_secret_value(),
        url=str(settings.wechat_pay_url).rstrip("/"),
        store_url=str(given["store_url"]),
    )


def _read(name: str, file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        raise SystemExit(f"WECHAT_PAY_{name}: {file} cannot be read") from None
