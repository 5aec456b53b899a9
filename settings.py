"""Settings from the environment: what is set is used, what is not is embedded."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a process of ours needs to know of its surroundings. Keys shorter than 32 bytes are refused."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    database_url: str | None = None
    """SQLAlchemy URL of PostgreSQL, such as postgresql+psycopg2://user:secret@host/marketplace."""
    database_pool: int = Field(default=10, ge=1)

    temporal_address: str | None = None
    temporal_namespace: str = "default"
    temporal_ui_url: str | None = None

    api_port: int = Field(default=8000, ge=0, le=65535)
    answer_within_s: float = Field(default=4.0, gt=0)
    """How long a caller waits for a consequence to be on record before it hears `not-confirmed`."""
    max_body_bytes: int = 256 * 1024

    streams: int = Field(default=100, ge=0)
    """How many streams of changes this process keeps open at once; more are refused."""
    streams_per_caller: int = Field(default=5, ge=0)
    """How many of them one caller may have."""
    stream_looks_every_s: float = Field(default=1.0, gt=0)
    """How often a stream looks for what is new. It holds nothing meanwhile."""
    stream_says_so_every_s: float = Field(default=10.0, gt=0)
    """How often a stream without news says that it is still there."""

    metrics_address: str | None = Field(
        default=None, pattern=r"^(\d{1,3}(\.\d{1,3}){3}|\[[\da-f:]+\]):\d{1,5}$"
    )
    """Where a worker shows its figures to Prometheus, such as 127.0.0.1:9464. It asks nobody who they are."""

    jwt_key: SecretStr | None = Field(default=None, min_length=32)
    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    data_key: SecretStr | None = Field(default=None, min_length=32)
    """Encrypts personal data at rest."""
    notice_key: SecretStr | None = Field(default=None, min_length=32)
    """Signs and checks the notices of the payment gateway."""

    wechat_pay_mchid: str | None = Field(default=None, pattern=r"^\d{4,32}$")
    """The marketplace's own number with WeChat Pay. With it goes all that follows; without, the wallet is
    simulated."""
    wechat_pay_serial: str | None = Field(default=None, pattern=r"^[0-9A-Fa-f]{8,64}$")
    """Of our certificate."""
    wechat_pay_key_file: Path | None = None
    """Our private key, PEM."""
    wechat_pay_api_key: SecretStr | None = Field(default=None, min_length=32, max_length=32)
    """APIv3: opens what notices hold."""
    wechat_pay_public_key_id: str | None = Field(default=None, pattern=r"^PUB_KEY_ID_[0-9A-Za-z]{1,64}$")
    wechat_pay_public_key_file: Path | None = None
    """WeChat Pay's public key, PEM: what it signs is checked by it, and what we send is encrypted for it."""
    wechat_pay_store_url: AnyHttpUrl | None = None
    """A page of the marketplace that shows WeChat Pay what companies sell there."""
    wechat_pay_url: AnyHttpUrl = AnyHttpUrl("https://api.mch.weixin.qq.com")

    link_checks: Literal["real", "simulated"] = "real"
    """Whether links in descriptions are looked at on the web. Where `simulator` is on, they never are."""

    reconcile_every_s: float = Field(default=20, gt=0)
    """How often workers look for what fell between two steps, and for what outside a case changed it."""
    policy_dir: Path | None = None
    simulator: bool = False
    """Mounts /simulator: only ever on the embedded stack."""
    public_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8000")
    """Where people reach the API: links such as `pay_url` begin with it."""

    data_dir: Path = Path(".data")
    documents_dir: Path | None = None
    """Where providers' documents are kept, sealed; `documents` in `data_dir` unless it is set."""
    documents_url: str | None = Field(default=None, pattern=r"^s3://")
    """A bucket for them instead, such as s3://bucket?endpoint=http://127.0.0.1:9000. Keys as AWS has them."""
    log_format: Literal["json", "people"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def documents_directory(self) -> Path:
        return self.documents_dir or self.data_dir / "documents"

    def link(self, path: str) -> str:
        """The address of one of our pages, as people reach it."""
        return f"{str(self.public_url).rstrip('/')}/{path}"

    def need(self, name: str) -> str:
        """A setting that this process cannot do without; ends it, with a word on what to set."""
        value = getattr(self, name)
        if value is None:
            raise SystemExit(f"{name.upper()} must be set")
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@cache
def settings() -> Settings:
    return Settings()
