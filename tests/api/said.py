"""A body of every event that providers' cases know, with each of its fields filled in."""

from tests.api.caller import Json
from tests.bank_accounts import details
from tests.merchant_forms import company_form

CANARY = "510104198911230029"
REASON = {"reason": "because"}
DECIDED = {"event": "decided", **REASON}
PICTURE = {"kind": "business_licence", "document_id": "ab" * 32}
APPLICATION: Json = {
    "event": "application_submitted",
    "company_name": "Sample Stars Ltd",
    "licence_number": "91440300MA00000000",
    "contact": {"name": "A", "phone": "13800138000", "email": "a@example.org"},
    "facts": {
        "founded_on": "2015-06-01",
        "registered_capital_fen": 100_000_000,
        "technical_staff": 8,
        "service_staff": 4,
        "support_days_a_week": 5,
        "support_hours_a_day": 8,
    },
    "categories": ["service"],
    "scope": "software",
    "papers": [PICTURE],
}
IDENTITY: Json = {
    "event": "identity_given",
    "identity": {
        "company_name": "Sample Stars Ltd",
        "licence_number": "91440300MA00000000",
        "legal_representative": {"name": "A", "document": {"type": "resident_id", "number": CANARY}},
    },
}
ACCOUNT: Json = details().model_dump(mode="json")
FORM: Json = company_form().model_dump(mode="json", exclude_none=True)
PAID: Json = {"event": "paid", "payment_id": "p-forged", "amount_fen": 1}
ENDED: Json = {"event": "cooperation_ended", "why": "w"}
ACCOUNT_CHANGED: Json = {"event": "account_changed", "account": "a", "verified": True, "account_version": 1}
REASONS: list[Json] = [{"field": "company.company_name", "code": "blurred", "said": "s"}]
RULINGS: list[Json] = [
    *({"event": each, **REASON} for each in ("paused", "resumed", "claimed", "released", "noted")),
    {"event": "extended", "by": "P1D", **REASON},
]
"""What operators may say of any case."""
APPROVALS: list[Json] = [{"event": each, **REASON} for each in ("approved", "disapproved")]
CONTENTS: Json = {"product-reviews": {"kind": "product"}, "shop-reviews": {"kind": "shop"}}
OUTDATED: Json = {"event": "listing_outdated", "why": "w"}
LISTED: Json = {"event": "listed"}
LISTING: list[Json] = [
    *({"event": each} for each in ("submission_withdrawn", "expedited", "unlisted", "retired")),
    *(LISTED, OUTDATED, {"event": "self_checked", "blocks": ["access"]}),
    {**DECIDED, "decision": "approve", "confirmed": ["a"]},
    *({**DECIDED, "decision": each, "reasons": REASONS} for each in ("reject", "notify", "delist")),
    *({**DECIDED, "decision": each} for each in ("lift", "remove")),
    {**DECIDED, "decision": "in_stead", "act": LISTED},
]
EVENTS: dict[str, list[Json]] = {
    "provider-onboardings": [
        IDENTITY,
        APPLICATION,
        {
            "event": "agreements_accepted",
            "agreements": [{"name": "access", "version": "1"}],
            "signatory": {"name": "A", "position": "B"},
            "authority_declared": True,
        },
        {"event": "withdrawn", "reason": "r"},
        {**DECIDED, "decision": "approve", "confirmed": ["a"]},
        {
            **DECIDED,
            "decision": "correct",
            "corrections": [{"requirement": "application", "field": "a", "code": "b", "said": "c"}],
        },
        {**DECIDED, "decision": "waive", "requirement": "application"},
        {**DECIDED, "decision": "in_stead", "act": {"event": "withdrawn", "reason": "r"}},
        {**DECIDED, "decision": "reject"},
        PAID,
        {"event": "deposit_changed", "deposit": "d", "required_fen": 1, "held_fen": 1},
        ACCOUNT_CHANGED,
    ],
    "deposit-accounts": [
        {"event": "payment_requested", "method": "wechat_pay", "amount_fen": 1},
        {**DECIDED, "decision": "forfeit", "amount_fen": 1},
        {**DECIDED, "decision": "set_categories", "categories": ["service"]},
        {**DECIDED, "decision": "return_excess", "amount_fen": 1},
        {
            **DECIDED,
            "decision": "in_stead",
            "act": {"event": "payment_requested", "method": "alipay", "amount_fen": 1},
        },
        *({**DECIDED, "decision": each} for each in ("hold", "lift", "release")),
        {"event": "release_requested"},
        PAID,
        {"event": "tariff_changed", "tariff_version": "1"},
        ENDED,
    ],
    "bank-accounts": [
        {"event": "account_given", "account": details().model_dump(mode="json")},
        {
            "event": "account_given",
            "account": {
                **details().model_dump(mode="json"),
                "controller_is_legal_representative": False,
                "controller": {"name": "A", "document": {"type": "resident_id", "number": CANARY}},
            },
        },
        {"event": "amounts_entered", "guess": {"amounts_fen": [1, 2], "code": "123456"}},
        {**DECIDED, "decision": "void"},
        {**DECIDED, "decision": "grant_round"},
        {**DECIDED, "decision": "end"},
        {"event": "remitted", "round": 1},
        {"event": "payment_returned", "round": 1},
        {"event": "listener_added", "case_id": "c"},
        ENDED,
    ],
    "merchant-accounts": [
        {
            "event": "draft_saved",
            "number": "wallet",
            "draft": {"company": FORM, "account": {"number": "1"}, "details": {}, "papers": [PICTURE]},
        },
        {"event": "wallet_form_submitted", "company": FORM, "account": ACCOUNT, "papers": [PICTURE]},
        {
            "event": "applyment_changed",
            "seen": {"facts": {"submission": 1, "state": "finish", "number": "1"}},
        },
        {"event": "withdrawn", "number": "b2b", "reason": "r"},
        {
            "event": "b2b_form_submitted",
            "company": FORM,
            "details": {"applicant_name": "A", "applicant_mobile": "13800138000"},
            "papers": [PICTURE],
        },
        {"event": "administrator_scanned", "scanned_by": {"name": "A"}, "application_number": "a-1"},
        {"event": "registration_approved", "registration_number": "r-1"},
        {"event": "registration_rejected", "reasons": REASONS},
        {"event": "agreement_signed", "signed_by": {"name": "A"}},
        {"event": "collection_started"},
        ACCOUNT_CHANGED,
        {**DECIDED, "decision": "reject", "number": "wallet"},
        {**DECIDED, "decision": "correct", "reasons": [{"field": "company.company_name", "reason": "r"}]},
        {**DECIDED, "decision": "in_stead", "act": {"event": "withdrawn", "number": "b2b", "reason": "r"}},
        {**DECIDED, "decision": "in_stead", "act": {"event": "registration_rejected", "reasons": REASONS}},
    ],
    "settlement-accounts": [
        {"event": "path_chosen", "path": "alipay"},
        {
            "event": "alipay_account_given",
            "account": {"alipay_account": "a@example.org"},
            "contract_accepted": True,
        },
        {"event": "enterprise_authorised"},
        {
            "event": "mybank_details_given",
            "details": {
                "alipay_account": "a@example.org",
                "legal_person": "A",
                "registration_number": "91440300MA00000000",
            },
        },
        *(
            {"event": each}
            for each in ("payout_agreement_signed", "deduction_authorised", "deduction_revoked")
        ),
        {"event": "recovery_asked", "payment_id": "p-1", "amount_fen": 1},
        *({**DECIDED, "decision": each} for each in ("approve", "reject", "end")),
        {**DECIDED, "decision": "correct", "reasons": REASONS},
        ENDED,
    ],
    **{
        process: [
            {"event": "draft_saved", "content": content},
            {"event": "submitted", "content": content, "list_when_approved": True},
            *LISTING,
        ]
        for process, content in CONTENTS.items()
    },
}
