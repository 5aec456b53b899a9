"""Cases under way go on with today's code: what ran once takes the same way again."""

import re
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from models.bank_accounts import BankAccountOutcome
from models.bank_notices import NoticeOutcome
from models.deposits import DepositOutcome
from models.listings import ListingOutcome
from models.merchant_accounts import MerchantAccountOutcome
from models.onboardings import OnboardingOutcome
from models.orders import OrderOutcome
from models.payments import ReceiptOutcome
from models.settlement_accounts import SettlementOutcome
from models.wallet_notices import WalletNoticeOutcome
from tests.bench import order_body
from tests.conftest import SECRET
from tests.corporate_numbers import APPLICANT
from tests.merchant_forms import REPRESENTATIVE, RESPONSIBLE
from tests.replay.changed import WithOneMoreTimer, WithOneStepLess, WithoutChange
from tests.replay.histories import (
    AT_HOST,
    CONTINUED,
    FILES,
    FOLDER,
    NOBODY,
    ending,
    kept,
    path_of,
    run_of,
    texts,
)
from tests.replay.paths import PATHS
from worker import RUNNER, WORKFLOWS

EVERY_FILE = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
ROOT = Path(__file__).parents[2]
PLAYED = {"order": "TemplateOrder", "receipt": "PaymentReceipt", "onboarding": "ProviderOnboarding"}
PLAYED |= {"deposit": "DepositAccount", "account": "BankAccount", "notice": "BankNotice"}
PLAYED |= {"push": "WalletNotice", "merchant": "MerchantAccount"}
PLAYED |= {"settlement": "SettlementAccount", "product": "ProductReview", "shop": "ShopReview"}
"""By the first word of a path's name: its workflow."""
LISTING_REVIEWS = ("ProductReview", "ShopReview")
OTHERS_WITHOUT_END = ("DepositAccount", "BankAccount", "SettlementAccount")
PERSONS = (
    *("Sample Person", "Sample Signatory", "Sample Contact", "0571-26880000"),
    *(RESPONSIBLE, REPRESENTATIVE, APPLICANT, "13800138000", "@example.com"),
)
ACCOUNTS = re.compile(r"(?<!\w)6\d{17}1(?!\w)")
"""The numbers of bank accounts that tests make up."""
OF_A_CHECK = ("样例支行", '"amounts_fen"')
"""What is told of an account, and of what came in."""


def replayer(*workflows: type) -> Replayer:
    return Replayer(workflows=workflows, workflow_runner=RUNNER, data_converter=pydantic_data_converter)


@EVERY_FILE
async def test_a_kept_history_is_replayed_by_the_code_of_today(file: Path) -> None:
    await replayer(*WORKFLOWS).replay_workflow(kept(file))


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        pytest.param("order-completed", WithOneMoreTimer, id="one more timer"),
        pytest.param("order-declined", WithOneStepLess, id="one step less"),
    ],
)
async def test_a_workflow_that_takes_another_way_is_caught(name: str, changed: type) -> None:
    history = kept(FOLDER / f"{name}.json")
    await replayer(WithoutChange).replay_workflow(history)
    with pytest.raises(NondeterminismError):
        await replayer(changed).replay_workflow(history)


def test_every_path_has_a_history_and_every_history_a_path() -> None:
    assert {file.stem for file in FILES if "." not in file.stem} == set(PATHS)
    assert {path_of(file) for file in FILES} == set(PATHS)


@EVERY_FILE
def test_a_history_ends_as_its_path_says(file: Path) -> None:
    workflow = PLAYED[file.stem.partition("-")[0]]
    outcome = PATHS[file.stem][1] if path_of(file) == file.stem else CONTINUED
    assert ending(file) == (workflow, outcome)


def test_every_outcome_has_a_history() -> None:
    wanted = {
        *(("TemplateOrder", str(outcome)) for outcome in OrderOutcome),
        *(("PaymentReceipt", str(outcome)) for outcome in ReceiptOutcome),
        *(("ProviderOnboarding", str(outcome)) for outcome in OnboardingOutcome),
        *(("DepositAccount", str(outcome)) for outcome in DepositOutcome),
        *(("BankAccount", str(outcome)) for outcome in BankAccountOutcome),
        *(("BankNotice", str(outcome)) for outcome in NoticeOutcome),
        *(("SettlementAccount", str(outcome)) for outcome in SettlementOutcome),
        *(("WalletNotice", str(outcome)) for outcome in WalletNoticeOutcome),
        *(("MerchantAccount", str(outcome)) for outcome in MerchantAccountOutcome),
        *((review, str(outcome)) for review in LISTING_REVIEWS for outcome in ListingOutcome),
        *((workflow, CONTINUED) for workflow in (*LISTING_REVIEWS, *OTHERS_WITHOUT_END)),
    }
    assert {ending(file) for file in FILES} == wanted


def test_each_run_of_a_case_goes_on_where_the_one_before_ended() -> None:
    """None of its runs is missing."""
    links = {run: (path_of(file), then) for file in FILES for run, then in [run_of(file)]}
    for path, then in links.values():
        assert then is None or links[then][0] == path
    begun = {then for _, then in links.values()}
    assert sorted(path for run, (path, _) in links.items() if run not in begun) == sorted(PATHS)


@EVERY_FILE
def test_a_history_tells_nothing_of_the_machine_that_recorded_it_or_of_persons(file: Path) -> None:
    everything = "\n".join(texts(file))
    assert set(AT_HOST.findall(everything)) <= {NOBODY}
    assert ACCOUNTS.findall(everything) == []
    contact = order_body()["contact"]
    for trace in (
        "site-packages",
        '.py"',
        "/tmp/",
        "/home/",
        SECRET,
        contact["name"],
        contact["phone"],
        *PERSONS,
        *OF_A_CHECK,
    ):
        assert trace not in everything


@EVERY_FILE
def test_a_history_is_kept_in_one_line(file: Path) -> None:
    assert file.read_text("utf-8").count("\n") == 1
