"""The composition root of the worker: the only place that knows every part of it."""

import asyncio
import gc
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import logs
from activities.applyments import Applyments
from activities.bank_accounts import BankAccounts
from activities.bank_checks import BankChecks
from activities.bank_notices import BankNotices
from activities.calendar import Calendar
from activities.deposits import Deposits
from activities.gateways.links import Links
from activities.gateways.outside import Outside
from activities.gateways.simulated import outside as simulated_outside
from activities.gateways.simulated.links import SimulatedLinks
from activities.gateways.simulated.payments import SimulatedPayments
from activities.gateways.simulated.wallet import SimulatedWallet
from activities.gateways.wallet import Wallet
from activities.gateways.web_links import WebLinks
from activities.identity import Identities
from activities.listings import Listings
from activities.merchant_accounts import MerchantAccounts
from activities.merchant_papers import MerchantPapers
from activities.onboarded import Onboarded
from activities.other_cases import OtherCases
from activities.payments import Payments
from activities.policy_moves import PolicyMoves
from activities.receipts import Receipts
from activities.reconciliation import Reconciliation
from activities.records import Records
from activities.settlements import Settlements
from activities.wallet_notices import WalletNotices
from models.calendars import load as load_calendar
from models.policies import BrokenPolicy, load
from models.reconciling import Reconcile
from models.tables.admissions import Admissions
from models.tables.database import connect as connect_database
from models.tables.documents import BrokenDocumentsUrl, documents_in
from models.tables.documents.store import DocumentStore
from models.tables.privacy import Cipher, Vault
from settings import Settings, settings
from temporal import TASK_QUEUE, connect, runtime
from wechat import account_of
from workflows.bank_account import ProvidersBankAccount
from workflows.bank_notice import BanksNotice
from workflows.deposit_account import DepositAccounting
from workflows.merchant_account import ProvidersMerchantAccount
from workflows.payment_receipt import PaymentReceipt
from workflows.policy_move import PolicyMoving
from workflows.product_review import ProductReview
from workflows.provider_onboarding import ProviderOnboarding
from workflows.reconciling import RECONCILING, Reconciling
from workflows.settlement_account import ProvidersSettlementAccount
from workflows.shop_review import ShopReview
from workflows.template_order import TemplateOrder
from workflows.wallet_notice import WalletsNotice

WORKFLOWS = [
    *(TemplateOrder, PaymentReceipt, PolicyMoving, Reconciling),
    *(ProviderOnboarding, DepositAccounting, ProvidersBankAccount, BanksNotice),
    *(ProvidersMerchantAccount, WalletsNotice, ProvidersSettlementAccount),
    *(ProductReview, ShopReview),
]
RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "activities", "models", "temporal", "settings"
    )
)
CONCURRENT_ACTIVITIES = 10
CACHED_WORKFLOWS = 500
FINISH_WITHIN = timedelta(seconds=20)
TAKEN_OVER_AFTER = timedelta(seconds=4)
"""How long the cases in a dead worker's memory wait before another one replays them."""


def build_worker(
    client: Client,
    engine: Engine,
    outside: Outside,
    admissions: Admissions,
    calendar: Calendar,
    *,
    documents: DocumentStore,
    cached_workflows: int = CACHED_WORKFLOWS,
) -> Worker:
    payments = Payments(engine, outside.payments)
    records, receipts = Records(engine), Receipts(engine, client)
    identities = Identities(outside.registry, outside.real_names, Vault(admissions.cipher))
    others = OtherCases(engine, client, admissions)
    deposits = Deposits(engine, admissions.policies)
    moves = PolicyMoves(engine, client, admissions.policies)
    checks = BankChecks(engine, outside.bank, admissions.cipher)
    accounts, notices = BankAccounts(checks), BankNotices(engine, client)
    merchants = MerchantAccounts(engine, Vault(admissions.cipher))
    applyments = Applyments(engine, outside.wallet, documents, Vault(admissions.cipher))
    listings = Listings(engine, admissions.policies, documents, outside.links)
    settlements = Settlements(engine, outside.enterprise, Vault(admissions.cipher))
    reconciliation = Reconciliation(engine, client, outside.payments, admissions, outside.bank)
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=[
            records.record,
            records.alarm,
            payments.open,
            payments.ask,
            payments.close,
            payments.refund,
            receipts.apply,
            reconciliation.reconcile,
            calendar.due,
            moves.move,
            identities.verify,
            identities.compare,
            others.open,
            others.tell,
            checks.data_check,
            checks.issue,
            checks.pay,
            checks.compare,
            checks.remitted,
            checks.void,
            Onboarded(engine).company,
            accounts.ask,
            notices.apply,
            applyments.submit,
            applyments.look,
            applyments.wait,
            WalletNotices(engine, client, applyments).tell,
            MerchantPapers(documents).days,
            merchants.compare,
            merchants.before,
            settlements.match,
            settlements.recover,
            listings.check,
            listings.look,
            deposits.tariff,
            deposits.open_orders,
        ],
        activity_executor=ThreadPoolExecutor(CONCURRENT_ACTIVITIES),
        max_concurrent_activities=CONCURRENT_ACTIVITIES,
        max_cached_workflows=cached_workflows,
        graceful_shutdown_timeout=FINISH_WITHIN,
        sticky_queue_schedule_to_start_timeout=TAKEN_OVER_AFTER,
        workflow_runner=RUNNER,
        interceptors=[logs.OfActivities()],
    )


def wallet_of(settings: Settings, engine: Engine) -> Wallet:
    """WeChat Pay where the settings name an account with it, and a simulated one otherwise."""
    if (account := account_of(settings)) is None:
        return SimulatedWallet(engine, settings.link("simulator/wallet?reference={reference}"))
    from activities.gateways.wechat_pay import WeChatPayWallet  # noqa: PLC0415  only who chooses it has it

    return WeChatPayWallet(account)


def links_of(settings: Settings, engine: Engine) -> Links:
    """The web itself, unless its checks are simulated. Nothing real is looked at beside a simulator."""
    simulated = settings.simulator or settings.link_checks == "simulated"
    return SimulatedLinks(engine) if simulated else WebLinks()


async def main(settings: Settings) -> None:
    logs.configure(settings)
    log = structlog.get_logger()
    cipher = Cipher(settings.need("data_key"))
    engine = connect_database(settings.need("database_url"), settings.database_pool)
    try:
        policies = load(settings.policy_dir)
        calendar = Calendar(load_calendar(settings.policy_dir))
        documents = documents_in(settings.documents_url, settings.documents_directory, cipher)
    except (BrokenPolicy, BrokenDocumentsUrl) as broken:
        raise SystemExit(str(broken)) from None
    admissions = Admissions(engine, policies, cipher)
    payments = SimulatedPayments(engine, settings.link("simulator/payments/{reference}"))
    wallet, links = wallet_of(settings, engine), links_of(settings, engine)
    outside = simulated_outside(engine, payments, wallet, links)
    client = await connect(settings, runtime=runtime(settings))
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with build_worker(client, engine, outside, admissions, calendar, documents=documents):
        await client.start_workflow(
            Reconciling.run,
            Reconcile(every=timedelta(seconds=settings.reconcile_every_s)),
            id=RECONCILING,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary="cases let in and never started, payments that no notice told of",
        )
        log.info("worker_up", task_queue=TASK_QUEUE, markets=sorted(admissions.policies))
        await stopping.wait()
        log.info("worker_stopping", finish_within_s=FINISH_WITHIN.total_seconds())
    log.info("worker_down")


if __name__ == "__main__":
    asyncio.run(main(settings()))
    gc.collect()  # without it the SDK can abort the interpreter's exit
