"""The dossier: all that is on record of a case, with hashes to check it by, for those who may see it."""

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, col, select

from activities.records import Records
from api.reading import summary
from models.cases import Batch, CaseView
from models.ledger import applied, completed
from models.policies import load
from models.tables import ChangeRow
from tests.api.caller import APPROVED, SUBMITTED, Api, Json, finding, new_key, refusal
from tests.api.conftest import Quiet
from tests.api.dossiers import AT, EVIDENCE, PROVIDER, SERVICE, Reading, dossier, page, put, told
from tests.bench import OPERATOR


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_every_change_is_there_in_order_with_all_that_is_known_of_it(quiet: Quiet) -> None:
    reason = {"reason": "blurred", "statement": "see the contract", "evidence": [EVIDENCE]}
    path = put(
        quiet,
        told(2, "version_submitted", PROVIDER, key="a" * 64, digest="d", data={"version": "1.0.0"}),
        told(3, "version_rejected", SERVICE, data=reason, stage_after="confirming"),
    )
    changes = (await dossier(quiet, path))["changes"]
    with Session(quiet.engine) as session:
        mine = select(ChangeRow).where(
            ChangeRow.case_id == f"template-orders:alipay:{path.rpartition('/')[2]}"
        )
        rows = session.exec(mine.order_by(col(ChangeRow.version))).all()
    assert changes[2] == {
        "version": 3,
        "at": "2026-03-01T11:30:00+00:00",
        "recorded_at": rows[2].recorded_at.isoformat(),
        "event": "version_rejected",
        "actor": SERVICE.model_dump(mode="json"),
        "data": reason,
        "has_key": False,
        "stage_before": "implementing",
        "stage_after": "confirming",
        "hash": rows[2].hash,
        "chain": changes[2]["chain"],
    }
    assert [(c["version"], c["event"], c["has_key"]) for c in changes] == [
        (1, "opened", False),
        (2, "version_submitted", True),
        (3, "version_rejected", False),
    ]
    assert "a" * 64 not in json.dumps(changes)


async def test_each_chain_is_of_the_one_before_it_and_of_its_own_row(quiet: Quiet) -> None:
    changes = (await dossier(quiet, put(quiet, told(2, "paused"), told(3, "resumed"))))["changes"]
    first, second, third = (each["hash"] for each in changes)
    assert changes[0]["chain"] == sha256(first)
    assert changes[1]["chain"] == sha256(sha256(first) + second)
    assert changes[2]["chain"] == sha256(sha256(sha256(first) + second) + third)


async def test_the_digest_is_of_everything_above_it_and_stays(quiet: Quiet) -> None:
    path = put(quiet, told(2, "declined", PROVIDER, data={"reason": "病了"}))
    found = await dossier(quiet, path)
    given = found.pop("digest")
    assert given == sha256(json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    assert (await dossier(quiet, path))["digest"] == given
    assert given in await page(quiet, path)
    other = put(quiet, told(2, "declined", PROVIDER, data={"reason": "忙"}))
    assert (await dossier(quiet, other))["digest"] != given


async def test_the_case_is_as_on_record_with_its_policys_source(quiet: Quiet) -> None:
    path = put(quiet)
    found = await dossier(quiet, path)
    assert found["case"] == await quiet.case(path, "operator")
    [policy] = [each for each in load()["alipay"].template_orders if each.version == "2020-12-28"]
    assert found["policy"] == {"version": "2020-12-28", "source": policy.source}
    assert (await dossier(quiet, put(quiet, policy_version="gone")))["policy"] == {
        "version": "gone",
        "source": None,
    }


async def test_receipts_about_the_case_are_there(quiet: Quiet) -> None:
    path = put(quiet)
    order = f"template-orders:alipay:{path.rpartition('/')[2]}"
    payment = f"p-{new_key()}"
    quiet.put(
        payment,
        case_id=f"payment-receipts:alipay:{payment}",
        process="payment-receipts",
        provider_id=None,
        regarding=order,
        stage="closed",
        outcome="refunded",
        closed_at=AT,
        tasks=(),
        data={"amount_fen": 123456, "currency": "USD", "reason": "other_currency"},
    )
    receipt = {
        "payment_id": payment,
        "amount_fen": 123456,
        "currency": "USD",
        "stage": "closed",
        "outcome": "refunded",
        "reason": "other_currency",
    }
    for role in ("operator", "service", "provider"):
        assert (await dossier(quiet, path, role))["receipts"] == [receipt]
    shown = Reading(await page(quiet, path)).text
    assert payment in shown
    assert "USD 1,234.56" in shown
    assert "¥1,234.56" in shown  # the order's own


async def test_the_case_in_money_and_providers_see_their_own_side(quiet: Quiet) -> None:
    name = new_key()
    moved = (
        applied("alipay", name, 9900),
        completed(f"template-orders:alipay:{name}", "alipay", "isv-1", 9900, Decimal("0.10")),
    )
    path = put(quiet, ledger=moved)
    ledger = (await dossier(quiet, path))["ledger"]
    assert [(each["what"], each["key"], each["currency"]) for each in ledger] == [
        (each.what, each.key, "CNY") for each in moved
    ]
    assert [each["entries"] for each in ledger] == [
        [entry.model_dump(mode="json") for entry in each.entries] for each in moved
    ]
    assert (await dossier(quiet, path, "service"))["ledger"] == ledger
    own = (await dossier(quiet, path, "provider"))["ledger"]
    assert [each["entries"] for each in own] == [[{"account": "provider:isv-1", "amount_fen": -8910}]]
    text = Reading(await page(quiet, path)).text
    assert "¥89.10" in text
    assert "¥9.90" in text


async def test_notes_are_for_operators_alone(quiet: Quiet) -> None:
    said = f"note-{new_key()}"
    path = put(quiet, told(2, "noted", OPERATOR, internal=True, data={"reason": said}), told(3, "paused"))
    for role, versions in (("operator", [1, 2, 3]), ("service", [1, 3]), ("provider", [1, 3])):
        found = await dossier(quiet, path, role)
        assert [change["version"] for change in found["changes"]] == versions
        assert found["changes"][-1]["chain"] == chain(found["changes"])
        assert [change["version"] for change in await quiet.timeline(path, role)] == versions
        for text in (json.dumps(found), await page(quiet, path, role)):
            assert (said in text) == (role == "operator")


def chain(changes: list[Json]) -> str:
    found = ""
    for change in changes:
        found = sha256(found + change["hash"])
    return found


async def test_who_exactly_acted_is_for_operators_and_for_who_it_was(quiet: Quiet) -> None:
    path = put(quiet, told(2, "version_submitted", PROVIDER), told(3, "paused", OPERATOR))
    subjects = {"shop": "service", "isv-staff": "provider", "olga": "operator"}
    for role in ("operator", "service", "provider"):
        text = await page(quiet, path, role)
        assert {subject for subject in subjects if f"<bdi>{subject}</bdi>" in text} == (
            set(subjects) if role == "operator" else set()
        )
        assert (await dossier(quiet, path, role))["changes"] != []


async def test_whom_to_talk_to_is_in_nobodys_dossier(api: Api) -> None:
    contact = {"name": "王金丝雀", "phone": "13812345678", "email": "canary@example.org"}
    path = await api.placed(contact=contact)
    assert (await api.case(path))["data"]["contact"] == contact
    for role in ("service", "operator", "provider"):
        for text in (
            json.dumps(await dossier(api, path, role), ensure_ascii=False),
            await page(api, path, role),
        ):
            assert not [said for said in contact.values() if said in text]


async def test_what_is_not_yours_and_what_is_not_there_look_the_same(quiet: Quiet) -> None:
    foreign, unknown = put(quiet, provider_id="isv-2"), "/v1/markets/alipay/template-orders/o-unknown"
    for form in ("json", "html"):
        answers = [await quiet.get(f"{path}/dossier", "provider", format=form) for path in (foreign, unknown)]
        refusal(answers[0], 404, "not-found")
        assert answers[0].content == answers[1].content
    elsewhere = quiet.speaking(market="rehearsal")
    for role in ("service", "operator"):
        refusal(await elsewhere.get(f"{foreign}/dossier", role), 404, "not-found")


@pytest.mark.parametrize(
    ("accept", "asked", "kind"),
    [
        ("*/*", None, "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None, "text/html"),
        ("Text/HTML; q=0.5", None, "text/html"),
        ("application/json, text/html;q=0.9", None, "application/json"),
        ("text/html;q=0, */*", None, "application/json"),
        ("text/html;q=x", None, "application/json"),
        ("text/html", "json", "application/json"),
        ("application/json", "html", "text/html"),
    ],
)
async def test_a_page_is_for_who_asks_for_one(
    quiet: Quiet, accept: str, asked: str | None, kind: str
) -> None:
    path, params = put(quiet), {"format": asked} if asked else {}
    answer = await quiet.call("GET", f"{path}/dossier", "operator", headers={"Accept": accept}, params=params)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    ending = "html" if kind == "text/html" else "json"
    name = f"dossier-template-orders-alipay-{path.rpartition('/')[2]}.{ending}"
    assert {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        "content-disposition": f'inline; filename="{name}"',
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "vary": "Accept",
    }.items() <= dict(answer.headers).items()


async def test_another_format_is_refused(quiet: Quiet) -> None:
    answer = await quiet.get(f"{put(quiet)}/dossier", "operator", format="pdf")
    assert finding(answer)["field"] == "format"


async def test_the_dossier_is_of_a_single_moment(quiet: Quiet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded while it is being read is left to the next one."""
    path = put(quiet, told(2, "paused"))
    view = CaseView.model_validate(await quiet.case(path, "operator")).model_copy(update={"version": 3})
    later = Batch(run_id="a-run", changes=(told(3, "resumed"),), view=view)

    def meanwhile(*of: Any) -> CaseView:
        seen = summary(*of)
        Records(quiet.engine).record(later)
        return seen

    with monkeypatch.context() as patched:
        patched.setattr("api.dossier.summary", meanwhile)
        during = await dossier(quiet, path)
    after = await dossier(quiet, path)
    assert [each["case"]["version"] for each in (during, after)] == [2, 3]
    assert [[change["version"] for change in each["changes"]] for each in (during, after)] == [
        [1, 2],
        [1, 2, 3],
    ]


async def test_every_process_has_its_dossiers(api: Api) -> None:
    path = await api.placed()
    await api.moved(path, (SUBMITTED, "provider"), (APPROVED, "service"))
    answer = await api.call("POST", "/v1/markets/alipay/payment-receipts", json={"id": f"p-{new_key()}"})
    receipt = f"/v1/markets/alipay/payment-receipts/{answer.json()['id']}"
    for each, role in ((path, "service"), (path, "operator"), (path, "provider"), (receipt, "service")):
        found = await dossier(api, each, role)
        assert [change["version"] for change in found["changes"]] == [
            change["version"] for change in await api.timeline(each, role)
        ]
        assert found["digest"] in await page(api, each, role)
    refusal(await api.get(f"{receipt}/dossier", "provider"), 404, "not-found")
