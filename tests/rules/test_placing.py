from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.periods import CHINA
from models.policies import OrderPolicy, load
from models.rules.findings import Finding
from models.rules.placing import PlacingTerms, certifies_as_business, findings
from tests.bench import order_body, place_order

TODAY = datetime(2020, 12, 28, 10, tzinfo=CHINA)
TERMS = PlacingTerms(renewal_horizon="P1Y", ordinary_published_before=date(2020, 12, 28))


def found(at: datetime = TODAY, **changes: Any) -> list[Finding]:
    return findings(place_order(**changes), TERMS, at)


def said(at: datetime = TODAY, **changes: Any) -> list[tuple[str, str, str | None]]:
    """Field, code and rule of everything that stands against an order with these changes."""
    return [(each.field, each.code, each.rule) for each in found(at, **changes)]


def template(**changes: Any) -> dict[str, Any]:
    return {**order_body()["template"], **changes}


def test_nothing_stands_against_an_order_that_keeps_to_the_rules() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("changes", "field", "code", "rule"),
    [
        ({"mini_program": None}, "mini_program", "mini-program-missing", "AMP-ORD-05"),
        (
            {"mini_program": {"id": "mp", "authorised_to": "isv-2"}},
            "mini_program.authorised_to",
            "authorised-elsewhere",
            "AMP-ORD-08",
        ),
        (
            {"mini_program": {"id": "mp", "has_version": True}},
            "overwrite_accepted",
            "overwrite-not-accepted",
            "AMP-ORD-09",
        ),
        ({"contact": None}, "contact", "contact-missing", "AMP-ORD-11"),
        ({"contact": {"name": "Sample"}}, "contact.phone", "contact-missing", "AMP-ORD-11"),
        ({"agreement_accepted": False}, "agreement_accepted", "agreement-not-accepted", "AMP-ORD-12"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("AMP") else "",
)
def test_what_is_missing_is_named_by_the_rule_that_wants_it(
    changes: dict[str, Any], field: str, code: str, rule: str
) -> None:
    """AMP-ORD-05, -08, -09, -11, -12."""
    assert said(**changes) == [(field, code, rule)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mini_program": {"id": "mp", "authorised_to": "isv-1"}}, id="AMP-ORD-08"),
        pytest.param(
            {"mini_program": {"id": "mp", "has_version": True}, "overwrite_accepted": True}, id="AMP-ORD-09"
        ),
        pytest.param({"overwrite_accepted": True}, id="AMP-ORD-09 with nothing to overwrite"),
        pytest.param({"contact": {"name": "Sample", "email": "a@example.org"}}, id="AMP-ORD-11"),
        pytest.param({"template": template(price_fen=0)}, id="AMP-ORD-21"),
    ],
)
def test_what_the_rules_allow_is_not_held_against_an_order(changes: dict[str, Any]) -> None:
    """AMP-ORD-08, -09, -11, -21."""
    assert said(**changes) == []


@pytest.mark.parametrize(("longest", "allowed"), [("P1Y", True), ("P12M", True), ("P364D", False)])
def test_no_order_is_longer_than_its_template_is_sold_for(longest: str, allowed: bool) -> None:
    """AMP-ORD-07, AMB-45. From 2020-12-28 a year has 365 days."""
    refusal = ("service_for", "service-too-long", "AMP-ORD-07")
    assert said(template=template(longest_service=longest)) == ([] if allowed else [refusal])


@pytest.mark.parametrize(
    ("offered", "chosen", "code"),
    [
        (["alipay"], [], None),
        (["alipay"], ["alipay"], None),
        (["alipay", "taobao"], ["taobao"], None),
        (["alipay", "taobao"], [], "no-end-chosen"),
        (["alipay", "taobao"], ["alipay", "amap"], "unknown-end"),
        (["alipay"], ["amap"], "unknown-end"),
    ],
)
def test_where_there_are_several_ends_some_of_them_are_chosen(
    offered: list[str], chosen: list[str], code: str | None
) -> None:
    """AMP-ORD-10."""
    refusal = [("ends", code, "AMP-ORD-10")] if code else []
    assert said(template=template(ends=offered), ends=chosen) == refusal


@pytest.mark.parametrize("phone", ["13800138000", "+86 571 26883312", "+44 20 7946 0018"])
def test_a_number_that_can_be_dialled_is_taken(phone: str) -> None:
    """AMP-ORD-11."""
    assert said(contact={"name": "Sample", "phone": phone}) == []


@pytest.mark.parametrize("phone", ["12345", "call me", "+999 1", "26883312", "0" * 40])
def test_a_number_that_cannot_be_dialled_is_refused(phone: str) -> None:
    """AMP-ORD-11."""
    refusal = ("contact.phone", "no-phone-number", "AMP-ORD-11")
    assert said(contact={"name": "Sample", "phone": phone}) == [refusal]
    assert said(contact={"name": "Sample", "phone": phone, "email": "a@example.org"}) == [refusal]


@pytest.mark.parametrize(
    ("wanted", "account", "allowed"),
    [
        ([], "individual", True),
        (["enterprise"], "enterprise", True),
        (["enterprise"], "individual", False),
        (["enterprise"], "individually_owned_business", False),
        (["individual"], "individual", True),
        (["individual", "individually_owned_business"], "individual", True),
        (["individually_owned_business"], "individually_owned_business", True),
        (["individually_owned_business"], "enterprise", False),
    ],
)
def test_a_template_is_sold_to_whom_it_is_for(wanted: list[str], account: str, allowed: bool) -> None:
    """AMP-ORD-13."""
    refusal = ("buyer.account_type", "account-type-not-served", "AMP-ORD-13")
    changes: dict[str, Any] = {"template": template(account_types=wanted), "buyer": {"account_type": account}}
    assert said(**changes) == ([] if allowed else [refusal])
    assert not certifies_as_business(place_order(**changes))
    assert allowed or found(**changes)[0].next == "guide the buyer to identity certification"


@pytest.mark.parametrize("is_legal_person", [True, False])
def test_an_individual_may_become_a_business_if_it_is_its_legal_person(is_legal_person: bool) -> None:
    """AMP-ORD-14, -15."""
    changes: dict[str, Any] = {
        "template": template(account_types=["individually_owned_business"]),
        "buyer": {"account_type": "individual", "is_legal_person": is_legal_person},
    }
    by_hand = ("buyer.is_legal_person", "certify-by-hand", "AMP-ORD-15")
    assert said(**changes) == ([] if is_legal_person else [by_hand])
    assert certifies_as_business(place_order(**changes)) is is_legal_person


@pytest.mark.parametrize(
    ("kind", "published_on", "allowed"),
    [
        ("industry", "2020-12-28", True),
        ("ordinary", "2020-12-27", True),
        ("ordinary", "2020-12-28", False),
        ("ordinary", "2021-06-01", False),
    ],
)
def test_no_new_ordinary_templates_are_sold(kind: str, published_on: str, allowed: bool) -> None:
    """AMP-IMP-09."""
    refusal = ("template.kind", "ordinary-template-no-longer-published", "AMP-IMP-09")
    changed = template(kind=kind, published_on=published_on)
    assert said(template=changed) == ([] if allowed else [refusal])


@pytest.mark.parametrize(
    ("ends_on", "at", "allowed"),
    [
        pytest.param("2021-12-28", datetime(2020, 12, 28, tzinfo=CHINA), True, id="a year is left"),
        pytest.param("2021-12-28", datetime(2020, 12, 27, 23, 59, 59, tzinfo=CHINA), False, id="a day more"),
        pytest.param("2021-12-28", datetime(2020, 12, 27, 16, tzinfo=UTC), True, id="midnight in Shanghai"),
        pytest.param("2021-12-28", datetime(2020, 12, 27, 15, 59, 59, tzinfo=UTC), False, id="and before"),
        pytest.param("2024-02-29", datetime(2023, 2, 28, 12, tzinfo=CHINA), False, id="ends on 29 February"),
        pytest.param("2024-02-29", datetime(2023, 3, 1, tzinfo=CHINA), True, id="the day after"),
        pytest.param("2025-02-28", datetime(2024, 2, 29, tzinfo=CHINA), True, id="asked on 29 February"),
        pytest.param("2025-03-01", datetime(2024, 2, 29, tzinfo=CHINA), False, id="AMB-62"),
        pytest.param("2019-01-01", TODAY, True, id="long over"),
    ],
)
def test_a_renewal_is_refused_while_more_than_a_year_is_left(
    ends_on: str, at: datetime, allowed: bool
) -> None:
    """AMP-ORD-16, AMB-46, AMB-62."""
    refusal = ("running_service.ends_on", "renewed-too-early", "AMP-ORD-16")
    running = {"ends_on": ends_on, "version_submitted": True}
    assert said(at, running_service=running) == ([] if allowed else [refusal])


def test_without_a_submitted_version_a_renewal_is_never_too_early() -> None:
    """AMP-ORD-17."""
    assert said(running_service={"ends_on": "2022-12-28", "version_submitted": False}) == []


def test_everything_that_stands_against_an_order_is_told_at_once() -> None:
    rules = {
        rule
        for _, _, rule in said(
            template=template(
                kind="ordinary",
                published_on="2021-01-01",
                longest_service="P6M",
                ends=["alipay", "taobao"],
                account_types=["enterprise"],
            ),
            mini_program={"id": "mp", "authorised_to": "isv-2", "has_version": True},
            buyer={"account_type": "individual"},
            contact=None,
            agreement_accepted=False,
            running_service={"ends_on": "2030-01-01", "version_submitted": True},
        )
    }
    assert rules == {"AMP-IMP-09", *(f"AMP-ORD-{n:02}" for n in (7, 8, 9, 10, 11, 12, 13, 16))}


def test_every_finding_says_what_to_do_next() -> None:
    [finding] = found(mini_program=None)
    assert finding.detail == "an order is for one mini-program"
    assert finding.next == "choose a mini-program, or create one"


def test_what_the_market_sells_is_decided_by_its_policy() -> None:
    policy = load()["alipay"].in_force("template-orders", TODAY)
    assert isinstance(policy, OrderPolicy)
    assert policy.placing == TERMS
    horizon = TERMS.model_copy(update={"renewal_horizon": "P2Y"})
    order = place_order(running_service={"ends_on": "2022-12-28", "version_submitted": True})
    assert findings(order, horizon, TODAY) == []
    assert findings(order, TERMS, TODAY) != []
