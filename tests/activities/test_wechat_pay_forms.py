"""Every kind of company and bank, said in WeChat Pay's words."""

from typing import Any

import pytest

from activities.gateways.wechat_pay import WeChatPayWallet
from models.applyments import ApplymentState
from models.merchant_forms import Organisation, PaperKind
from tests.activities.applying import PICTURES, application
from tests.activities.wechat_server import Json, WeChatServer
from tests.banking import account
from tests.merchant_forms import NAME, administrator, company_form, representative

FORMS: dict[str, tuple[dict[str, Any], Json]] = {
    "a sole trader": ({"company": company_form(entity_type="sole_trader")}, {"organization_type": "4"}),
    "another organisation": (
        {"company": company_form(entity_type="other_organisation")},
        {"organization_type": "1708"},
    ),
    "a body of government": (
        {
            "company": company_form(
                entity_type="government_or_public_institution", licence_number="11330000002482095L"
            )
        },
        {"organization_type": "2502"},
    ),
    "a public institution": (
        {"company": company_form(entity_type="government_or_public_institution")},
        {"organization_type": "3"},
    ),
    "an old licence": (
        {
            "company": company_form(
                licence_number="330106000012345",
                organisation=Organisation(code="12345678-9", validity="2014-01-01,2034-01-01"),
            ),
            "pictures": {
                PaperKind.BUSINESS_LICENCE: PICTURES[PaperKind.CREDIT_CODE_CERTIFICATE],
                PaperKind.ORGANISATION_CODE_CERTIFICATE: PICTURES[PaperKind.IDENTITY_CARD_PORTRAIT],
            },
        },
        {
            "organization_cert_info": {
                "organization_copy": "media-1",
                "organization_number": "12345678-9",
                "organization_time": '["2014-01-01","2034-01-01"]',
            }
        },
    ),
    "a passport": (
        {
            "company": company_form(
                representative=representative(
                    document_type="passport", number="E12345678", validity="2020-01-01,2030-01-01"
                )
            )
        },
        {
            "id_doc_type": "IDENTIFICATION_TYPE_OVERSEA_PASSPORT",
            "id_doc_info": {
                "id_doc_copy": "media-1",
                "id_doc_copy_back": "media-2",
                "id_doc_name": "王样品",
                "id_doc_number": "E12345678",
                "doc_period_begin": "2020-01-01",
                "doc_period_end": "2030-01-01",
            },
        },
    ),
    "a bank off the list": (
        {"account": account(holder=NAME, bank="杭州银行", branch="西湖支行", branch_city="杭州市")},
        {
            "account_info": {
                "bank_account_type": "74",
                "account_bank": "其他银行",
                "account_name": NAME,
                "bank_address_code": "330100",
                "bank_name": "杭州银行西湖支行",
                "account_number": "6222021234567890128",
            }
        },
    ),
    "a long name": (
        {"company": company_form(company_name="云上" * 20)},
        {"merchant_shortname": ("云上" * 20)[:21]},
    ),
    "the legal person itself": (
        {"company": company_form(administrator=administrator(type="legal_person", name="王样品"))},
        {},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_kind_of_form_is_said_in_their_words(
    wallet: WeChatPayWallet, wechat: WeChatServer, name: str
) -> None:
    changes, expected = FORMS[name]
    wallet.submit(application(**changes))
    [form] = wechat.submitted()
    assert {field: form[field] for field in expected} == expected
    if name == "the legal person itself":
        assert form["contact_info"]["contact_type"] == "65"


def test_a_city_without_a_code_is_told_of_and_nothing_is_sent(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    found = wallet.submit(application(account=account(holder=NAME, branch_city="某市")))
    assert found.state is ApplymentState.REJECTED
    assert [detail.field for detail in found.audit_details] == ["account.branch_city"]
    assert (wechat.submitted(), wechat.pictures) == ([], {})
