"""Made-up cases: the mechanism without any process of ours."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import pytest_asyncio
from sqlalchemy import Engine, delete
from sqlmodel import Session
from temporalio.worker import Worker

from activities.records import Records
from models.cases import Opening
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS
from models.process import Process
from models.tables.simulated import SimulatedMisbehaviour
from tests.bench import SOMEBODY, Bench, Opened
from tests.listings import Bazaar
from tests.workflows.made_up import MadeUp, Start
from tests.workflows.resting import opens_restless
from worker import RUNNER

QUEUE = "made-up"
Begin = Callable[..., Awaitable[Opened]]


def made_up_worker(bench: Bench, cached_workflows: int = 100) -> Worker:
    records = Records(bench.engine)
    return Worker(
        bench.client,
        task_queue=QUEUE,
        workflows=[MadeUp],
        activities=[records.record, records.alarm],
        activity_executor=ThreadPoolExecutor(4),
        max_cached_workflows=cached_workflows,
        workflow_runner=RUNNER,
    )


async def begin_made_up(bench: Bench, story: str, meeting_at: datetime | None = None) -> Opened:
    name = f"m-{uuid.uuid4().hex[:12]}"
    opening = Opening(
        case_id=f"made-up:alipay:{name}",
        process="made-up",
        market="alipay",
        id=name,
        provider_id=None,
        policy_version="1",
        opened_at=await bench.now(),
        opened_by=SOMEBODY,
        digest="",
    )
    start = Start(opening=opening, story=story, meeting_at=meeting_at)
    handle = await bench.client.start_workflow(MadeUp.run, start, id=opening.case_id, task_queue=QUEUE)
    opened = Opened(bench, handle)
    bench.opened.append(opened)
    return opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made_up_cases(shared_bench: Bench) -> AsyncIterator[None]:
    async with made_up_worker(shared_bench):
        yield


@pytest.fixture
def begin(bench: Bench, made_up_cases: None) -> Begin:
    """Begin a made-up case, on record."""

    async def begin(story: str, meeting_at: datetime | None = None) -> Opened:
        opened = await begin_made_up(bench, story, meeting_at)
        await opened.on_record()
        return opened

    return begin


@pytest.fixture
def well_behaved(engine: Engine) -> None:
    """Whatever another test told the outside world to do wrong."""
    with Session(engine) as session, session.begin():
        session.execute(delete(SimulatedMisbehaviour))


@pytest.fixture(params=[PRODUCT_REVIEWS, SHOP_REVIEWS], ids=["product", "shop"])
def process(request: pytest.FixtureRequest) -> Process:
    """What goes the same way for products and for shops."""
    found: Process = request.param
    return found


@pytest.fixture
def bazaar(bench: Bench) -> Iterator[Bazaar]:
    """A market of the test's own, open."""
    bazaar = Bazaar(bench)
    bazaar.opens()
    yield bazaar
    bazaar.closes()


@pytest.fixture
def restless(bazaar: Bazaar) -> Bazaar:
    """A market whose cases go on in another run whenever they are idle."""
    opens_restless(bazaar)
    return bazaar


@pytest.fixture
def lone(lone_bench: Bench) -> Iterator[Bazaar]:
    """A market of the test's own, in which nobody works yet."""
    bazaar = Bazaar(lone_bench)
    bazaar.opens(hides=["deposit-releasing"])
    yield bazaar
    bazaar.closes()
