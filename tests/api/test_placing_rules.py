"""Each rule of placing over HTTP: its refusal names the field, a code, the rule and what to do next."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.caller import ORDERS, Api, finding, refusal
from tests.api.conftest import Quiet
from tests.bench import order_body

TEMPLATE = order_body()["template"]
FAR = (date.today() + timedelta(days=800)).isoformat()  # noqa: DTZ011  any day that is far away

REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "an ordinary template of today": (
        {"template": {**TEMPLATE, "kind": "ordinary", "published_on": "2020-12-28"}},
        "template.kind",
        "ordinary-template-no-longer-published",
        "AMP-IMP-09",
    ),
    "too long a service": ({"service_for": "P3Y"}, "service_for", "service-too-long", "AMP-ORD-07"),
    "no mini-program": ({"mini_program": None}, "mini_program", "mini-program-missing", "AMP-ORD-05"),
    "authorised to another provider": (
        {"mini_program": {"id": "mp-1", "authorised_to": "isv-2"}},
        "mini_program.authorised_to",
        "authorised-elsewhere",
        "AMP-ORD-08",
    ),
    "something to overwrite": (
        {"mini_program": {"id": "mp-1", "has_version": True}},
        "overwrite_accepted",
        "overwrite-not-accepted",
        "AMP-ORD-09",
    ),
    "no end chosen": (
        {"template": {**TEMPLATE, "ends": ["alipay", "taobao"]}},
        "ends",
        "no-end-chosen",
        "AMP-ORD-10",
    ),
    "an end that is not offered": ({"ends": ["taobao"]}, "ends", "unknown-end", "AMP-ORD-10"),
    "no contact": ({"contact": None}, "contact", "contact-missing", "AMP-ORD-11"),
    "no way to reach": ({"contact": {"name": "A"}}, "contact.phone", "contact-missing", "AMP-ORD-11"),
    "no such phone": (
        {"contact": {"name": "A", "phone": "12345"}},
        "contact.phone",
        "no-phone-number",
        "AMP-ORD-11",
    ),
    "no agreement": (
        {"agreement_accepted": False},
        "agreement_accepted",
        "agreement-not-accepted",
        "AMP-ORD-12",
    ),
    "an account that is not served": (
        {"template": {**TEMPLATE, "account_types": ["individual"]}},
        "buyer.account_type",
        "account-type-not-served",
        "AMP-ORD-13",
    ),
    "somebody else's business": (
        {
            "template": {**TEMPLATE, "account_types": ["individually_owned_business"]},
            "buyer": {"account_type": "individual"},
        },
        "buyer.is_legal_person",
        "certify-by-hand",
        "AMP-ORD-15",
    ),
    "a renewal too early": (
        {"running_service": {"ends_on": FAR, "version_submitted": True}},
        "running_service.ends_on",
        "renewed-too-early",
        "AMP-ORD-16",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_broken_rule_is_named_with_its_field(quiet: Quiet, case: str) -> None:
    changes, field, code, rule = REFUSED[case]
    found = finding(await quiet.place("alipay", **changes))
    assert (found["field"], found["code"], found["rule"]) == (field, code, rule)
    assert found["detail"]
    assert found["next"]


async def test_everything_that_is_wrong_is_said_at_once(quiet: Quiet) -> None:
    answer = await quiet.place("alipay", agreement_accepted=False, contact=None, service_for="P3Y")
    problem = refusal(answer, 422, "invalid")
    assert {error["rule"] for error in problem["errors"]} == {"AMP-ORD-07", "AMP-ORD-11", "AMP-ORD-12"}
    assert problem["detail"].endswith("and 2 more")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_for": "1 year"}, "service_for"),
        ({"service_for": "P１Y"}, "service_for"),
        ({"provider_id": "isv 1"}, "provider_id"),
        ({"template": {**TEMPLATE, "kind": "other"}}, "template.kind"),
        ({"template": {**TEMPLATE, "published_on": 1606780800}}, "template.published_on"),
        ({"buyer": {}}, "buyer.account_type"),
        ({"on_behalf_of": {"party": "operator", "id": "olga"}}, "on_behalf_of.party"),
        ({"on_behalf_of": {"party": "buyer"}}, "on_behalf_of.id"),
        ({"agreement_accepted": "yes"}, "agreement_accepted"),
    ],
)
async def test_a_malformed_field_is_named(quiet: Quiet, changes: dict[str, Any], field: str) -> None:
    found = finding(await quiet.place("alipay", **changes))
    assert found["field"] == field
    assert "１" not in str(found)


async def test_what_a_rule_allows_is_taken(api: Api) -> None:
    allowed = await api.placed(
        running_service={"ends_on": FAR, "version_submitted": False},
        mini_program={"id": "mp-overwritten", "authorised_to": "isv-1", "has_version": True},
        overwrite_accepted=True,
        ends=["alipay"],
        contact={"name": "A", "email": "a@example.org"},
    )
    assert allowed.startswith(ORDERS)
