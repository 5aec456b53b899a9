"""What a merchant account keeps sealed for its provider: the drafts, what to remit, and where to sign."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from models.applyments import Signing
from models.bank import Instruction
from models.merchant_forms import Draft
from models.private import Sealed
from models.tables.privacy import Cipher, Vault
from tests.api.caller import Json, refusal, token
from tests.api.conftest import Quiet
from tests.api.providers import Provider
from tests.banking import PAYEE
from tests.conftest import SECRET

NUMBER, LINK, ADMINISTRATOR = "6222000000001234", "https://pay.example/sign/3f9a", "王样例"
DOTS = "•••"
INSTRUCTION = Instruction(
    payer_name="样例公司",
    payer_number=NUMBER,
    amount_fen=53,
    payee=PAYEE,
    remark="入驻账户验证",
    until=datetime(2026, 11, 25, tzinfo=UTC),
)
DRAFT = Draft(company={"administrator": {"name": ADMINISTRATOR}}, account={}, details={}, papers=())
VAULT = Vault(Cipher(SECRET))
PERSONAL = (NUMBER, LINK, ADMINISTRATOR)


@pytest.fixture
def provider(quiet: Quiet) -> Provider:
    return Provider(quiet)


def kept(provider: Provider, sealed_for: str | None = None, **how: str) -> str:
    """The path of a case whose two lanes hold something sealed, for this case unless told otherwise."""
    id = f"m-{provider.id}"
    bound_to = sealed_for or f"merchant-accounts:{provider.market}:{id}"

    def sealed(value: Instruction | Signing | Draft) -> Json:
        kept: Sealed = VAULT.seal(value, bound_to)
        return kept.model_dump()

    wallet = {"instruction": sealed(INSTRUCTION), "signing": sealed(Signing(sign_url=LINK))}
    facts: Json = {
        "scenario": "both",
        "wallet": {"stage": "under_review", "number": None, **wallet},
        "b2b": {"stage": "awaiting_form", "draft": sealed(DRAFT)},
    }
    provider.has("merchant-accounts", facts, id=id, **how)
    return f"/v1/markets/{provider.market}/merchant-accounts/{id}"


@pytest.fixture
def everything_logged(lines: list[str]) -> Iterator[list[str]]:
    root = logging.getLogger()
    usual = root.level
    root.setLevel(logging.INFO)
    yield lines
    root.setLevel(usual)


@pytest.mark.parametrize("role", ["provider", "operator"])
async def test_its_provider_and_operators_read_what_stands_sealed_in_its_lanes(
    provider: Provider, role: str, everything_logged: list[str]
) -> None:
    """TCM-WX-06, -08. Who read what of it stands in the log, and nothing of it does."""
    path = kept(provider)
    data = (await provider.api.speaking(**provider.claims(role)).case(path, role))["data"]
    assert (data["scenario"], data["wallet"]["stage"], data["b2b"]["stage"]) == (
        "both",
        "under_review",
        "awaiting_form",
    )
    assert data["wallet"]["instruction"] == INSTRUCTION.model_dump(mode="json")
    assert data["wallet"]["signing"] == {"sign_url": LINK}
    assert data["b2b"]["draft"]["company"] == {"administrator": {"name": ADMINISTRATOR}}
    (read,) = [json.loads(line) for line in everything_logged if "private_facts_read" in line]
    assert (read["facts"], read["actor"]) == (
        ["b2b.draft", "wallet.instruction", "wallet.signing"],
        f"{role}:{role}-1",
    )
    assert not any(each in "\n".join(everything_logged) for each in PERSONAL)


async def test_backend_services_see_dots(provider: Provider) -> None:
    data = (await provider.api.case(kept(provider)))["data"]
    assert data["wallet"] == {
        **{"stage": "under_review", "number": None},
        **{"instruction": DOTS, "signing": DOTS},
    }
    assert data["b2b"] == {"stage": "awaiting_form", "draft": DOTS}


async def test_nobody_else_sees_that_the_case_is_there(provider: Provider) -> None:
    path = kept(provider)
    unknown = await provider.api.get(f"{path}-not", "operator")
    others = [
        await provider.api.speaking(provider_id="isv-2").get(path, "provider"),
        await provider.api.speaking(market="aliyun").get(path, "operator"),
        await provider.api.speaking(market="aliyun", provider_id=provider.id).get(path, "provider"),
    ]
    for answer in others:
        refusal(answer, 404, "not-found")
        assert answer.content == unknown.content


@pytest.mark.parametrize("role", ["provider", "operator", "service"])
async def test_lists_pages_and_timelines_show_dots_to_everybody(provider: Provider, role: str) -> None:
    path, caller = kept(provider), provider.api.speaking(**provider.claims(role))
    for answer in [
        await caller.get(f"{path}/timeline", role),
        await caller.get(f"{path}/dossier", role),
        await caller.get(f"{path}/dossier", role, format="html"),
        await caller.get(f"{provider.at}/console", role),
        await caller.get("/v1/cases", role, provider_id=provider.id),
    ]:
        assert answer.status_code == 200, answer.text
        assert not any(each in answer.text for each in (*PERSONAL, "sealed")), answer.request.url


async def test_what_was_sealed_for_another_case_stays_dots(provider: Provider, lines: list[str]) -> None:
    path = kept(provider, sealed_for="merchant-accounts:tencent-cloud:another")
    data = (await provider.api.case(path, "operator"))["data"]
    assert (data["wallet"]["instruction"], data["b2b"]["draft"]) == (DOTS, DOTS)
    assert any("seal_broken" in line for line in lines)


async def test_a_token_of_the_provider_in_another_market_opens_nothing_here(provider: Provider) -> None:
    elsewhere = token("provider", provider_id=provider.id, market="rehearsal")
    answer = await provider.api.call("GET", kept(provider), bearer=elsewhere)
    refusal(answer, 404, "not-found")
