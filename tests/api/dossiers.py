"""Orders with a history on record, and their dossiers as JSON and as a page."""

import hashlib
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from activities.records import Records
from models.cases import SYSTEM, Actor, Batch, CaseView, Change
from tests.api.caller import Api, Json, new_key
from tests.api.conftest import Quiet
from tests.bench import BUYER

AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
EVIDENCE = {"name": "contract.pdf", "sha256": hashlib.sha256(b"a contract").hexdigest()}
SERVICE = Actor(role="service", subject="shop", on_behalf_of=BUYER)
PROVIDER = Actor(role="provider", subject="isv-staff")


def told(version: int, event: str, actor: Actor = SYSTEM, **how: Any) -> Change:
    usual: dict[str, Any] = {"stage_before": "implementing", "stage_after": "implementing"}
    at = AT + timedelta(hours=version)
    return Change(version=version, at=at, event=event, actor=actor, **{**usual, **how})


def put(quiet: Quiet, *changes: Change, **how: Any) -> str:
    """The path of an order on record with these changes after its opening."""
    id = f"o-{new_key()}"
    ledger = how.pop("ledger", ())
    opened = told(1, "opened", SERVICE, stage_before=None)
    usual: dict[str, Any] = {
        "case_id": f"template-orders:alipay:{id}",
        "process": "template-orders",
        "market": "alipay",
        "id": id,
        "provider_id": "isv-1",
        "stage": "implementing",
        "version": len(changes) + 1,
        "opened_at": AT,
        "changed_at": AT,
        "policy_version": "2020-12-28",
        "data": {"buyer_id": BUYER.id, "amount_fen": 123456},
    }
    view = CaseView.model_validate({**usual, **how})
    batch = Batch(run_id="a-run", changes=(opened, *changes), view=view, ledger=ledger)
    Records(quiet.engine).record(batch)
    return f"/v1/markets/alipay/template-orders/{id}"


async def dossier(api: Api, path: str, role: str = "operator") -> Json:
    answer = await api.get(f"{path}/dossier", role)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def page(api: Api, path: str, role: str = "operator") -> str:
    answer = await api.get(f"{path}/dossier", role, format="html")
    assert answer.status_code == 200, answer.text
    return answer.text


class Reading(HTMLParser):
    """What a browser makes of a page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""
