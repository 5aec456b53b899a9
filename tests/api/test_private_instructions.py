"""What a provider must remit to prove its account: kept beside the case, and shown where the case is read."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from activities.records import Records
from models.bank import Direction, Secret
from models.tables.bank import BankCheckRow, account_digest
from models.tables.privacy import Cipher
from tests.activities.batches import batch, change, view
from tests.api.caller import Json, new_key
from tests.api.conftest import Quiet
from tests.banking import PAYEE, account, new_number
from tests.conftest import SECRET

NOW, CIPHER = datetime.now(UTC), Cipher(SECRET)
AMOUNT_FEN = 87


def put(quiet: Quiet, process: str, number: str, **check: object) -> str:
    """A case on record, with a round of its check under way unless told otherwise: its path."""
    id = new_key()
    case_id, facts = f"{process}:tencent-cloud:{id}", {"process": process, "market": "tencent-cloud"}
    seen = view(case_id, 1, stage="awaiting_remittance", tasks=(), **facts)
    opened = change(1, event="opened", stage_after="awaiting_remittance")
    Records(quiet.engine).record(batch(case_id, opened, view=seen))
    told = account(number=number).model_dump(mode="json")
    secret = Secret(amounts_fen=(AMOUNT_FEN,), payee=PAYEE).model_dump(mode="json")
    usual: Json = {
        **{"case_id": case_id, "round": 1, "market": "tencent-cloud", "provider_id": "isv-1"},
        **{"direction": Direction.PROVIDER_REMITS, "proof": None, "attempts_allowed": 1},
        **{"account": CIPHER.seal(told, case_id), "secret": CIPHER.seal(secret, case_id)},
        **{"issued_at": NOW, "expires_at": NOW + timedelta(days=3)},
        "account_digest": account_digest(CIPHER, number),
    }
    with Session(quiet.engine) as session, session.begin():
        session.add(BankCheckRow(**{**usual, **check}))
    return f"/v1/markets/tencent-cloud/{process}/{id}"


async def test_its_provider_and_operators_are_told_what_to_remit_and_nobody_else(quiet: Quiet) -> None:
    """TCM-WX-05, -06."""
    number = new_number()
    path = put(quiet, "bank-accounts", number)
    for role in ("provider", "operator"):
        told = (await quiet.case(path, role))["data"]["instruction"]
        assert (told["amount_fen"], told["payer_number"], told["payee"]) == (
            AMOUNT_FEN,
            number,
            PAYEE.model_dump(mode="json"),
        )
    assert "instruction" not in (await quiet.case(path, "service"))["data"]
    elsewhere = [await quiet.get(f"{path}/{more}", "provider") for more in ("timeline", "dossier")]
    elsewhere.append(await quiet.get("/v1/markets/tencent-cloud/providers/isv-1/console", "provider"))
    elsewhere.append(await quiet.get("/v1/cases", "provider"))
    for answer in elsewhere:
        assert answer.status_code == 200
        assert number not in answer.text
        assert "instruction" not in answer.text


@pytest.mark.parametrize(
    "check",
    [
        {"verified_at": NOW},
        {"failed_at": NOW},
        {"direction": Direction.PLATFORM_PAYS, "proof": "two_amounts"},
    ],
    ids=["over", "failed", "the platform pays"],
)
async def test_nothing_is_told_where_nothing_is_to_be_remitted(quiet: Quiet, check: Json) -> None:
    path = put(quiet, "bank-accounts", new_number(), **check)
    assert "instruction" not in (await quiet.case(path, "provider"))["data"]


async def test_cases_of_other_processes_are_told_nothing(quiet: Quiet) -> None:
    path = put(quiet, "deposit-accounts", new_number())
    assert "instruction" not in (await quiet.case(path, "provider"))["data"]
