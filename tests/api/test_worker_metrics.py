"""What a worker shows of itself to Prometheus, and what it says."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

import temporal
from settings import Settings
from stack.children import ROOT
from stack.servers import TemporalServer
from tests.api.caller import free_port
from tests.conftest import SECRET


@asynccontextmanager
async def at_work(settings: Settings, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker as it is started by itself, up."""
    environment = {
        **os.environ,
        "DATABASE_URL": str(settings.database_url),
        "TEMPORAL_ADDRESS": str(settings.temporal_address),
        "DATA_KEY": SECRET,
        **more,
    }
    pipe = asyncio.subprocess.PIPE
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "worker.py", cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.terminate()
            await worker.communicate()


async def test_a_worker_shows_its_figures_and_the_api_takes_no_address(
    temporal_server: TemporalServer, api_settings: Settings
) -> None:
    address = f"127.0.0.1:{free_port()}"
    shown = api_settings.model_copy(update={"metrics_address": address})
    await temporal.connect(shown)
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        try:
            await http.get("/metrics")
            raise AssertionError("who only connects listens nowhere")
        except httpx.ConnectError:
            pass
        client = await temporal.connect(shown, runtime=temporal.runtime(shown))
        assert await client.service_client.check_health()
        found = (await http.get("/metrics")).text
    assert 'temporal_request_total{operation="GetSystemInfo",' in found
    assert re.search(r'temporal_request_latency_bucket\{[^}]*le="0\.\d', found), "seconds"


async def test_a_worker_that_cannot_have_its_address_says_which_and_ends(api_settings: Settings) -> None:
    address = f"127.0.0.1:{free_port()}"
    holder = await asyncio.start_server(lambda *_: None, *address.split(":"))
    async with holder, at_work(api_settings, METRICS_ADDRESS=address) as worker:
        _, said = await worker.communicate()
        assert worker.returncode == 1
    assert address in said.decode()
    assert "Traceback" not in said.decode()


async def test_what_the_sdk_says_is_json_like_our_own_lines_and_a_lost_worker_ends(
    api_settings: Settings,
) -> None:
    """In a namespace that is not there it has something to say, and nothing to do."""
    async with at_work(api_settings, TEMPORAL_NAMESPACE="nowhere") as worker:
        said, _ = await worker.communicate()
        assert worker.returncode == 1
    lines = [json.loads(line) for line in said.splitlines()]
    assert any("nowhere" in str(line) for line in lines)
