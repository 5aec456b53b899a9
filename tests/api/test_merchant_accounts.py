"""Merchant accounts over HTTP: drafts, what a form is refused for, and who is shown what."""

from typing import Any

from models.rules.masking import MASK
from tests.api.caller import Api, Json, refusal
from tests.bank_accounts import details, made_up_number, onboarded
from tests.merchant_forms import LICENCE, NAME, PAPERS, RESPONSIBLE, company_form
from tests.pictures import png

MARKET = "rehearsal"
DRAFT = {"company": {"administrator": {"name": RESPONSIBLE}}, "account": {"number": "62"}}


def account(**changes: Any) -> Json:
    return details(**{"holder": NAME, "number": made_up_number(), **changes}).model_dump(mode="json")


class Shop:
    """A provider with its merchant account, as it calls the API."""

    def __init__(self, api: Api, name: str) -> None:
        self.provider_id = f"isv-{name}"
        self.api, self.service = api.speaking(provider_id=self.provider_id), api
        self.path = f"/v1/markets/{MARKET}/merchant-accounts/{name}"

    async def says(self, event: Json, role: str = "provider", **how: Any) -> Any:
        api = self.service if role == "service" else self.api
        return await api.send(self.path, event, role, **how)

    async def saves(self, draft: Json, number: str = "wallet", role: str = "provider") -> Any:
        return await self.says({"event": "draft_saved", "number": number, "draft": draft}, role)

    async def hands_in(self, kind: str) -> Json:
        """A picture, and how a form names it."""
        said = {"market": MARKET, "kind": kind}
        files = {"file": ("a.png", png(size=(40, len(kind))), "image/png")}
        answer = await self.api.call("POST", "/v1/documents", "provider", data=said, files=files)
        assert answer.status_code == 201, answer.text
        return {"kind": kind, "document_id": answer.json()["document_id"]}

    async def sees(self, role: str = "provider") -> Json:
        api = self.service if role == "service" else self.api
        return dict((await api.get(self.path, role)).json()["data"])


async def opened(api: Api, scenario: str = "both") -> Shop:
    name = onboarded(api, MARKET, data={"company_name": NAME, "licence_number": LICENCE})
    shop = Shop(api, name)
    body = {"id": name, "provider_id": shop.provider_id, "onboarding": name, "scenario": scenario}
    answer = await api.call("POST", f"/v1/markets/{MARKET}/merchant-accounts", json=body)
    assert answer.status_code == 201, answer.text
    await api.until(shop.path, lambda case: "wallet" in case["data"])
    return shop


async def test_a_draft_is_saved_and_resumed_by_its_provider(api: Api) -> None:
    shop = await opened(api)
    assert (await shop.saves({"company": {"company_name": "样"}})).status_code == 200
    assert (await shop.saves(DRAFT)).status_code == 200
    assert (await shop.saves({"details": {"applicant_name": "赵"}}, "b2b")).status_code == 200
    seen = await shop.sees()
    assert seen["wallet"]["draft"] == {**DRAFT, "details": {}, "papers": []}
    assert seen["b2b"]["draft"]["details"] == {"applicant_name": "赵"}


async def test_nobody_else_reads_a_draft_or_saves_one(api: Api) -> None:
    shop = await opened(api)
    await shop.saves(DRAFT)
    assert (await shop.sees("service"))["wallet"]["draft"] == MASK
    refusal(await api.get(shop.path, "provider"), 404, "not-found")
    another = await api.send(shop.path, {"event": "draft_saved", "number": "wallet", "draft": {}}, "provider")
    refusal(another, 404, "not-found")
    refusal(await shop.saves({}, role="service"), 403, "forbidden")
    timeline = str(await shop.api.timeline(shop.path, "provider"))
    assert "draft_saved" in timeline
    assert RESPONSIBLE not in timeline + str(await shop.sees("service"))


async def test_a_draft_may_be_half_of_anything_and_not_too_long(api: Api) -> None:
    shop = await opened(api)
    odd: Json = {"company": {"licence_number": 7, "administrator": ["?"]}, "account": {"holder": None}}
    assert (await shop.saves(odd)).status_code == 200
    before = await shop.sees()
    refusal(await shop.saves({"company": {"company_name": "样" * 6_000}}), 422, "invalid")
    refusal(
        await shop.saves({"papers": [{"kind": "identity_card_emblem", "document_id": "0" * 64}]}),
        422,
        "invalid",
    )
    assert await shop.sees() == before


async def test_a_draft_of_a_number_that_is_not_opened_here_is_refused(api: Api) -> None:
    shop = await opened(api, "wallet")
    [found] = refusal(await shop.saves(DRAFT, "b2b"), 422, "invalid")["errors"]
    assert (found["field"], found["code"]) == ("number", "number-not-asked-for")


async def test_an_empty_form_names_all_that_is_missing_and_changes_nothing(api: Api) -> None:
    shop = await opened(api)
    before = await shop.sees()
    errors = refusal(await shop.says({"event": "wallet_form_submitted"}), 422, "invalid")["errors"]
    assert [(found["field"], found["code"]) for found in errors] == [
        ("company", "missing"),
        ("account", "missing"),
    ]
    half = {"event": "wallet_form_submitted", "company": {}, "account": account(holder="别家公司")}
    errors = refusal(await shop.says(half), 422, "invalid")["errors"]
    assert {found["field"] for found in errors} >= {
        "company.company_name",
        "company.administrator.name",
        "company.representative.validity",
        "account.holder",
        "papers.credit_code_certificate",
    }
    assert await shop.sees() == before


async def test_what_is_handed_in_is_told_to_nobody_whom_it_is_not_for(api: Api) -> None:
    """The company's data, the account, what to remit and where to sign: dots for a backend service."""
    shop = await opened(api)
    form = {
        "event": "wallet_form_submitted",
        "company": company_form().model_dump(mode="json", exclude_none=True),
        "account": account(),
        "papers": [await shop.hands_in(paper.kind) for paper in PAPERS],
    }
    answer = await shop.says(form)
    assert answer.status_code == 200, answer.text
    case = await shop.api.until(
        shop.path, lambda case: bool(case["data"]["wallet"].get("instruction")), "provider"
    )
    told = case["data"]
    assert told["company"]["administrator"]["name"] == RESPONSIBLE
    assert (told["wallet"]["instruction"]["payer_name"], told["wallet"]["draft"]) == (NAME, None)
    assert told["wallet"]["signing"]["sign_url"]
    seen = await shop.sees("service")
    assert (seen["company"], seen["wallet"]["instruction"], seen["wallet"]["signing"]) == (MASK,) * 3
    assert RESPONSIBLE not in str(seen)
    refused = refusal(await shop.saves(DRAFT), 409, "out-of-turn")
    assert "no form of wallet is owed" in refused["detail"]
