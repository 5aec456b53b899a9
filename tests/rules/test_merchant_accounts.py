"""Which numbers a merchant account opens, takes events of and ends with: TCM-MCH-05, -30."""

import pytest
from pydantic import ValidationError

from models.merchant_accounts import (
    DecidedToReject,
    DraftSaved,
    MerchantAccountOutcome,
    MerchantAccountTerms,
    Number,
    OpenMerchantAccount,
    Scenario,
    Withdrawn,
)
from models.merchant_forms import Draft
from models.rules.merchant_accounts import findings, outcome_of
from tests.rules.merchant_cases import POLICY, Found, against, checked


@pytest.mark.parametrize(
    ("scenario", "number", "found"),
    [
        (Scenario.WALLET, Number.WALLET, []),
        (Scenario.BOTH, Number.B2B, []),
        (Scenario.WALLET, Number.B2B, [("number", "number-not-asked-for", "TCM-MCH-05")]),
        (Scenario.B2B, Number.WALLET, [("number", "number-not-asked-for", "TCM-MCH-05")]),
    ],
)
def test_a_number_that_is_not_opened_here_takes_nothing(
    scenario: Scenario, number: Number, found: Found
) -> None:
    given = checked(scenario=scenario)
    assert against(DraftSaved(number=number, draft=Draft()), given) == found
    assert against(Withdrawn(number=number), given) == found
    assert against(DecidedToReject(number=number, reason="r"), given) == found


@pytest.mark.parametrize("stage", ["open", "given_up"])
def test_what_has_ended_is_given_up_no_more(stage: str) -> None:
    given = checked(wallet={"stage": stage})
    assert against(Withdrawn(number=Number.WALLET), given) == [("number", "number-has-ended", "TCM-MCH-30")]
    assert against(Withdrawn(number=Number.B2B), given) == []
    assert against(Withdrawn(), given) == []


def test_only_what_the_market_offers_is_opened() -> None:
    body = {"id": "m", "provider_id": "isv", "onboarding": "o"}
    asked = {each: OpenMerchantAccount(**body, scenario=each) for each in Scenario}
    terms = POLICY.terms.model_copy(update={"scenarios": (Scenario.B2B,)})
    assert {each: [found.code for found in findings(asked[each], terms)] for each in Scenario} == {
        Scenario.WALLET: ["scenario-not-offered"],
        Scenario.B2B: [],
        Scenario.BOTH: ["scenario-not-offered"],
    }


def test_a_market_offers_nothing_without_its_terms_and_channels() -> None:
    said = POLICY.terms.model_dump(exclude_none=True)
    for name, less in (("wallet", None), ("b2b", None), ("channels", {"wallet": ["wechat_pay"]})):
        with pytest.raises(ValidationError, match="offered without"):
            MerchantAccountTerms.model_validate({**said, name: less})
    only = {**said, "b2b": None, "scenarios": ["wallet"], "channels": {"wallet": ["wechat_pay"]}}
    assert MerchantAccountTerms.model_validate(only).b2b is None


OPENED, WITHDRAWN, LAPSED, REJECTED = (
    MerchantAccountOutcome(each) for each in ("opened", "withdrawn", "lapsed", "rejected")
)


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ([OPENED], OPENED),
        ([OPENED, OPENED], OPENED),
        ([OPENED, LAPSED], "partly_opened"),
        ([WITHDRAWN, OPENED], "partly_opened"),
        ([WITHDRAWN, LAPSED], LAPSED),
        ([LAPSED, REJECTED], REJECTED),
    ],
)
def test_a_case_is_what_its_numbers_have_become(ended: list[MerchantAccountOutcome], outcome: str) -> None:
    assert outcome_of(ended) == outcome
