"""A provider's own page: where it stands, what is next, what is barred. Cases as they stand on record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.records import Records
from models.cases import SYSTEM, Accepts, Batch, CaseView, Change, Party, Role, Task
from tests.api.caller import Json, new_key, refusal
from tests.api.conftest import Quiet

MARKET = "tencent-cloud"
NOW = datetime.now(UTC)
DUE = NOW + timedelta(days=3)
SUBMIT = Task(
    name="application",
    waiting_on=Party.PROVIDER,
    accepts=(
        Accepts(event="application_submitted", by=(Role.PROVIDER,)),
        Accepts(event="decided", by=(Role.OPERATOR,), decisions=("waive",)),
    ),
    deadline_at=DUE,
    attempts_left=2,
)
REVIEW = Task(
    name="review",
    waiting_on=Party.OPERATOR,
    accepts=(Accepts(event="decided", by=(Role.OPERATOR,), decisions=("approve",)),),
)
FREE: Json = {"listing": [], "withdrawal": []}


class Provider:
    """A provider of its own, and cases of it."""

    def __init__(self, quiet: Quiet) -> None:
        self.api, self.id = quiet, f"isv-{new_key()}"
        self.page = f"/v1/markets/{MARKET}/providers/{self.id}/console"

    def has(self, process: str, data: Json, *tasks: Task, **how: Any) -> str:
        id = new_key()
        usual: Json = {"market": MARKET, "opened_at": NOW, "stage": "open", "provider_id": self.id} | how
        if "outcome" in how:
            usual |= {"stage": "closed", "closed_at": NOW}
        view = CaseView(
            case_id=f"{process}:{usual['market']}:{id}",
            process=process,
            id=id,
            version=1,
            changed_at=NOW,
            policy_version="1",
            data=data,
            tasks=tasks,
            **usual,
        )
        opened = Change(
            version=1, at=NOW, event="opened", actor=SYSTEM, stage_before=None, stage_after=view.stage
        )
        Records(self.api.engine).record(Batch(run_id="a-run", changes=(opened,), view=view))
        return view.case_id

    def applies(self, checklist: Json, *tasks: Task, **how: Any) -> str:
        data = {"company_name": "样例公司", "checklist": listed(checklist)}
        return self.has("provider-onboardings", data, *tasks, **how)

    def is_onboarded(self, **states: str) -> str:
        return self.applies(states, outcome="onboarded")

    def deposits(self, held: int, *blocks: str, required: int = 500_000, **how: Any) -> str:
        data = {"required_fen": required, "held_fen": held, "due_fen": max(required - held, 0)}
        return self.has("deposit-accounts", {**data, "blocks": [*blocks]}, **how)

    def has_account(self, *blocks: str, **how: Any) -> str:
        data = {"verified": not blocks, "account_version": 1, "blocks": [*blocks]}
        return self.has("bank-accounts", data, **how)

    async def sees(self, role: str = "provider") -> Json:
        caller = self.api.speaking(provider_id=self.id) if role == "provider" else self.api
        answer = await caller.get(self.page, role)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def is_barred_from(self) -> Json:
        return dict((await self.sees())["blocked_by"])


def listed(states: Json) -> list[Json]:
    return [
        {
            "name": name,
            "step": name,
            "owed_by": "provider",
            "rule": "r",
            "state": state,
            "round": 0,
            "reasons": [],
        }
        for name, state in states.items()
    ]


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet)


async def test_who_has_never_applied_sees_that_nothing_is_there_yet(provider: Provider) -> None:
    assert await provider.sees() == {
        **{"market": MARKET, "provider_id": provider.id},
        **dict.fromkeys(("onboarding", "deposit", "bank_account")),
        **{"done": [], "next": []},
        "blocked_by": {"listing": ["not-onboarded"], "withdrawal": ["not-onboarded"]},
    }


async def test_a_page_shows_what_is_done_and_what_waits_for_the_provider(provider: Provider) -> None:
    case_id = provider.applies(
        {"identity": "accepted", "permission": "waived", "application": "rejected", "deposit": "missing"},
        SUBMIT,
        REVIEW,
    )
    page = await provider.sees()
    assert page["done"] == ["identity", "permission"]
    (asked,) = page["next"]
    assert asked == {
        "case_id": case_id,
        "url": f"/v1/markets/{MARKET}/provider-onboardings/{case_id.rpartition(':')[2]}/events",
        "task": "application",
        "accepts": [
            {"event": "application_submitted", "by": ["provider"], "not_before": None, "decisions": []}
        ],
        "deadline_at": DUE.isoformat().replace("+00:00", "Z"),
        "attempts_left": 2,
    }


async def test_what_waits_comes_from_every_case_and_ends_with_it(provider: Provider) -> None:
    onboarding = provider.applies({}, SUBMIT)
    account = provider.has("bank-accounts", {"blocks": ["withdrawal"]}, SUBMIT)
    provider.deposits(0)
    assert [each["case_id"] for each in (await provider.sees())["next"]] == [onboarding, account]


async def test_everybody_sees_the_cases_as_elsewhere(provider: Provider) -> None:
    """What is next is the provider's to do, whoever looks."""
    provider.applies({}, SUBMIT, REVIEW)
    seen = {}
    for role in ("service", "operator", "provider"):
        page = await provider.sees(role)
        seen[role] = [[each["event"] for each in task["accepts"]] for task in page["onboarding"]["tasks"]]
        assert [each["accepts"][0]["event"] for each in page["next"]] == ["application_submitted"]
    assert seen == {
        "service": [[], []],
        "operator": [["decided"], ["decided"]],
        "provider": [["application_submitted"], []],
    }


async def test_what_is_sealed_in_a_case_is_dots_here(provider: Provider) -> None:
    provider.has("bank-accounts", {"account": {"sealed": "x" * 40}, "blocks": []})
    for role in ("service", "operator", "provider"):
        assert (await provider.sees(role))["bank_account"]["data"]["account"] == "•••"


async def test_the_newest_case_of_each_kind_counts(provider: Provider) -> None:
    before = NOW - timedelta(days=1)
    newest = provider.deposits(500_000)
    provider.deposits(0, "listing", opened_at=before)
    provider.has("deposit-accounts", {}, market="rehearsal", opened_at=NOW + timedelta(days=1))
    provider.has("deposit-accounts", {}, provider_id="isv-2", opened_at=NOW + timedelta(days=1))
    page = await provider.sees()
    assert page["deposit"]["case_id"] == newest
    assert page["deposit"]["data"]["held_fen"] == 500_000


async def test_who_was_onboarded_once_stays_so_while_it_applies_again(provider: Provider) -> None:
    provider.applies({}, outcome="onboarded", opened_at=NOW - timedelta(days=1))
    provider.applies({"identity": "missing"}, SUBMIT)
    assert await provider.is_barred_from() == FREE


@pytest.mark.parametrize("outcome", ["rejected", "withdrawn", "lapsed"])
async def test_who_was_not_admitted_is_not_onboarded(provider: Provider, outcome: str) -> None:
    provider.applies({}, outcome=outcome)
    assert "not-onboarded" in (await provider.is_barred_from())["listing"]


async def test_a_market_that_onboards_nobody_bars_nobody(provider: Provider) -> None:
    here = provider.api.speaking(provider_id=provider.id)
    answer = await here.get(provider.page.replace(MARKET, "alipay"), "provider")
    assert answer.json()["blocked_by"] == FREE


@pytest.mark.parametrize(
    ("held", "blocks", "listing", "withdrawal"),
    [
        (0, ("listing", "withdrawal"), ["deposit-unpaid"], ["deposit-unpaid"]),
        (499_999, ("withdrawal",), [], ["deposit-short"]),
        (500_000, (), [], []),
        (500_000, ("listing",), ["deposit-releasing"], []),
    ],
)
async def test_a_deposit_bars_what_its_account_says(
    provider: Provider, held: int, blocks: tuple[str, ...], listing: list[str], withdrawal: list[str]
) -> None:
    """TCM-DEP-03, -04."""
    provider.is_onboarded(deposit="accepted")
    provider.deposits(held, *blocks)
    assert await provider.is_barred_from() == {"listing": listing, "withdrawal": withdrawal}


async def test_a_deposit_that_the_market_does_without_bars_nothing(provider: Provider) -> None:
    provider.is_onboarded(deposit="waived")
    provider.deposits(0, "listing", "withdrawal")
    assert await provider.is_barred_from() == FREE


async def test_nothing_is_paid_out_without_a_proven_account(provider: Provider) -> None:
    """TCM-TEN-15. Not even where an operator did without the proof."""
    provider.is_onboarded(bank_account="waived")
    unproven = {"listing": [], "withdrawal": ["account-unproven"]}
    assert await provider.is_barred_from() == unproven
    provider.has_account("withdrawal", opened_at=NOW)
    assert await provider.is_barred_from() == unproven
    provider.has_account(opened_at=NOW + timedelta(seconds=1))
    assert await provider.is_barred_from() == FREE


@pytest.mark.parametrize(
    ("state", "listing"),
    [("missing", ["certification-fee-unpaid"]), ("accepted", []), ("waived", [])],
)
async def test_a_fee_that_is_owed_bars_listing(provider: Provider, state: str, listing: list[str]) -> None:
    """TCM-ONB-21."""
    provider.is_onboarded(certification_fee=state)
    assert await provider.is_barred_from() == {"listing": listing, "withdrawal": []}


async def test_a_page_is_its_providers_and_its_markets(provider: Provider) -> None:
    provider.applies({})
    unknown = await provider.api.get("/v1/markets/nowhere/providers/isv-1/console", "operator")
    others = [
        await provider.api.speaking(provider_id="isv-2").get(provider.page, "provider"),
        *[
            await provider.api.speaking(market="alipay").get(provider.page, role)
            for role in ("service", "operator")
        ],
        await provider.api.get(f"/v1/markets/{MARKET}/providers/isv%001/console", "operator"),
    ]
    for answer in others:
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content
