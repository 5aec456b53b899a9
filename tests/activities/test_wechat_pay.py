"""WeChat Pay as the wallet, over HTTP and with real keys: what it is sent, once and again."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from activities.gateways.payments import GatewayUnavailable
from activities.gateways.wechat_pay import WeChatPayWallet
from models.applyments import Applyment, ApplymentState
from tests.activities.applying import PICTURES, REFERENCE, VALIDATION, application
from tests.activities.wechat_server import Reply, Spoil, WeChatServer
from tests.merchant_forms import NAME, company_form


def test_a_form_arrives_whole(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    sent = application()
    found = wallet.submit(sent)
    who, other = sent.company.administrator, sent.company.representative
    assert who is not None
    assert other is not None
    [form] = wechat.submitted()
    assert form == {
        "out_request_no": REFERENCE,
        "organization_type": "2",
        "business_license_info": {
            "business_license_copy": "media-0",
            "business_license_number": sent.company.licence_number,
            "merchant_name": NAME,
            "legal_person": other.name,
        },
        "id_doc_type": "IDENTIFICATION_TYPE_MAINLAND_IDCARD",
        "id_card_info": {
            "id_card_copy": "media-1",
            "id_card_national": "media-2",
            "id_card_name": other.name,
            "id_card_number": other.number,
            "id_card_valid_time_begin": "2014-01-01",
            "id_card_valid_time": "长期",
        },
        "account_info": {
            "bank_account_type": "74",
            "account_bank": "工商银行",
            "account_name": NAME,
            "bank_address_code": "330100",
            "account_number": "6222021234567890128",
        },
        "contact_info": {
            "contact_type": "66",
            "contact_name": who.name,
            "contact_id_card_number": who.id_number,
            "mobile_phone": who.mobile,
            "contact_email": who.email,
        },
        "sales_scene_info": {"store_name": NAME, "store_url": "https://shop.example.com/"},
        "merchant_shortname": NAME,
    }
    assert [*wechat.pictures.values()] == [picture.content for picture in PICTURES.values()]
    assert (found.reference, found.state) == (REFERENCE, ApplymentState.CHECKING)
    assert found.applyment_id == str(wechat.applyments[REFERENCE]["applyment_id"])


def test_nothing_of_people_and_accounts_travels_in_clear(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    sent = application()
    wallet.submit(sent)
    who, other = sent.company.administrator, sent.company.representative
    assert who is not None
    assert other is not None
    travelled = b"".join(raw + path.encode() for _, path, raw in wechat.seen).decode("latin-1")
    personal = (who.id_number, who.mobile, who.email, other.number, sent.account.number)
    for text in personal:
        assert text is not None
        assert text not in travelled
    in_json = json.dumps(who.name).strip('"')
    assert in_json not in travelled


def test_what_is_submitted_is_not_changed_by_it(wallet: WeChatPayWallet) -> None:
    """The library encrypts what it is given in place."""
    sent = application()
    before = sent.model_dump_json(exclude={"pictures"})
    wallet.submit(sent)
    assert sent.model_dump_json(exclude={"pictures"}) == before


# --- once, and again


def test_the_same_submission_again_changes_nothing(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    first = wallet.submit(application())
    wechat.now_is(REFERENCE, "AUDITING")
    again = wallet.submit(application())
    assert len(wechat.submitted()) == 1
    assert (again.applyment_id, again.state) == (first.applyment_id, ApplymentState.AUDITING)


@pytest.mark.parametrize("state", ["REJECTED", "CANCELED"])
def test_a_later_submission_takes_the_place_of_what_came_to_nothing(
    wallet: WeChatPayWallet, wechat: WeChatServer, state: str
) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, state)
    found = wallet.submit(application(2, company=company_form(entity_type="sole_trader")))
    assert [form["organization_type"] for form in wechat.submitted()] == ["2", "4"]
    assert found.state is ApplymentState.CHECKING
    assert len(wechat.applyments) == 1


def test_a_submission_whose_answer_was_lost_is_not_made_again_after_its_rejection(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, "REJECTED")
    assert wallet.submit(application()).state is ApplymentState.REJECTED
    assert len(wechat.submitted()) == 1


def test_a_later_submission_waits_its_turn(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, "AUDITING")
    assert wallet.submit(application(2)).state is ApplymentState.AUDITING
    assert len(wechat.submitted()) == 1


@pytest.mark.parametrize(("left", "submitted"), [(-60, 2), (60, 1)])
def test_a_remittance_that_lapsed_gives_way_to_a_new_one(
    wallet: WeChatPayWallet, wechat: WeChatServer, left: int, submitted: int
) -> None:
    wallet.submit(application())
    deadline = datetime.now(UTC) + timedelta(hours=8, seconds=left)
    told = VALIDATION | {"deadline": deadline.strftime("%Y-%m-%d %H:%M:%S")}
    wechat.now_is(REFERENCE, "ACCOUNT_NEED_VERIFY", account_validation=told)
    wallet.submit(application(2))
    assert len(wechat.submitted()) == submitted


@pytest.mark.parametrize("spoilt", ["lost", "unsigned"])
def test_a_submission_whose_answer_never_came_is_found_when_it_is_made_again(
    wallet: WeChatPayWallet, wechat: WeChatServer, spoilt: str
) -> None:
    lost: dict[str, Spoil] = {
        "lost": lambda _: Reply(502, b"<html>"),
        "unsigned": lambda reply: Reply(200, reply.body),
    }
    pictures = len(PICTURES)

    def once_the_pictures_are_there(reply: Reply) -> Reply:
        return lost[spoilt](reply) if len(wechat.pictures) == pictures and wechat.applyments else reply

    wechat.spoil["POST"] = once_the_pictures_are_there
    with pytest.raises(GatewayUnavailable):
        wallet.submit(application())
    wechat.spoil.clear()
    assert wallet.submit(application()).state is ApplymentState.CHECKING
    assert len(wechat.submitted()) == 1


def test_a_form_that_was_taken_and_does_not_show_yet_is_being_checked(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    gone = Reply.of(404, {"code": "RESOURCE_NOT_EXISTS"})
    wechat.spoil["GET"] = lambda _: gone
    found = wallet.submit(application())
    assert (found.state, found.applyment_id) == (ApplymentState.CHECKING, "2000002124775691")


def test_a_form_that_was_taken_again_and_still_shows_its_rejection_is_being_checked(
    wallet: WeChatPayWallet, wechat: WeChatServer
) -> None:
    wallet.submit(application())
    wechat.now_is(REFERENCE, "REJECTED")
    before = Reply.of(200, dict(wechat.applyments[REFERENCE]))
    wechat.spoil["GET"] = lambda _: before
    found = wallet.submit(application(2))
    assert (found.state, found.audit_details) == (ApplymentState.CHECKING, ())
    assert len(wechat.submitted()) == 2


def test_many_at_once_do_not_disturb_each_other(wallet: WeChatPayWallet, wechat: WeChatServer) -> None:
    references = [f"ma-{number:032x}" for number in range(8)]
    found: dict[str, Applyment] = {}

    def apply(reference: str) -> None:
        found[reference] = wallet.submit(application(reference=reference))

    threads = [threading.Thread(target=apply, args=(reference,)) for reference in references]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reference: each.reference for reference, each in found.items()} == dict(
        zip(references, references, strict=True)
    )
    assert len(wechat.submitted()) == 8
