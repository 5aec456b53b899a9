"""The stack as somebody keeps it: killed whole, it goes on where it was; Ctrl-C ends it all."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from models.cases import Role
from settings import Settings
from stack.children import ROOT
from stack.data_directory import bearer_token, running_stack
from tests.bench import BUYER, order_body

WITHIN_S = 60
PATIENCE_S = 0.1


@contextmanager
def kept(data_dir: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """`make up`, and a caller of its API."""
    environment = {**os.environ, "DATA_DIR": str(data_dir)}
    with (data_dir.parent / "up.log").open("ab") as log:
        up = subprocess.Popen(
            [sys.executable, "embedded.py", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    settings = Settings(data_dir=data_dir)
    try:
        until = time.monotonic() + WITHIN_S
        while (stack := running_stack(settings)) is None or stack.owner != up.pid:
            assert up.poll() is None, (data_dir.parent / "up.log").read_text()
            assert time.monotonic() < until, "the stack did not come up"
            time.sleep(PATIENCE_S)
        bearer = {"Authorization": f"Bearer {bearer_token(settings, Role.SERVICE)}"}
        with httpx.Client(base_url=stack.api_url, headers=bearer, timeout=15) as http:
            yield up, http
    finally:
        if up.poll() is None:
            up.send_signal(signal.SIGTERM)
            up.wait(WITHIN_S)


def case(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_hand(*names: str, api_url: str, data_dir: Path) -> str:
    """What the README tells a reader to paste, pasted: one block after the other."""
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = [re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", readme, re.DOTALL) for name in names]
    pasted = "".join(block[1] for block in blocks if block)
    token = rf"{sys.executable} embedded.py token --role \1"
    script = re.sub(r"make -s token role=(\w+)", token, pasted).replace("provider=", "--provider-id ")
    script = "set -e\n" + script.replace("http://127.0.0.1:8000", api_url)
    environment = {**os.environ, "DATA_DIR": str(data_dir)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.timeout(180)
def test_after_kill_9_of_everything_an_order_goes_on_and_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    orders = "/v1/markets/alipay/template-orders"
    with kept(data_dir) as (up, http):
        order = case(http.post(orders, json=order_body()))
        everything = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)]
        for process in everything:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        up.wait(WITHIN_S)
        psutil.wait_procs(everything, WITHIN_S)
    with kept(data_dir) as (up, http):
        path = f"{orders}/{order['id']}"
        assert case(http.get(path))["tasks"] == order["tasks"]
        event = {"event": "cancelled", "on_behalf_of": BUYER.model_dump(mode="json")}
        for _ in range(10):
            answer = http.post(f"{path}/events", json=event, headers={"Idempotency-Key": "once"})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        assert case(answer)["stage"] in ("closing_payment", "closed")
        api_url = str(http.base_url).rstrip("/")
        lived = by_hand("life", api_url=api_url, data_dir=data_dir)
        assert lived.count('"stage":"confirming"') == 1, lived
        onboarded = by_hand("onboarding", "merchant", "review", api_url=api_url, data_dir=data_dir)
        assert '"business_licence","permission","deposit"],"next":[' in onboarded, onboarded
        assert '"channels":[{"name":"balance"' in onboarded, onboarded
        assert '{"name":"wechat_pay"' in onboarded, onboarded
        assert onboarded.count('"code":"block-missing"') == 3, onboarded
        assert onboarded.count('"code":"forbidden-service"') == 1, onboarded
        assert '"waits_to_be_listed":true' in onboarded, onboarded
        assert '"blocked_by":["shop-not-approved"]' in onboarded, onboarded
        children = psutil.Process(up.pid).children(recursive=True)
        up.send_signal(signal.SIGINT)
        assert up.wait(WITHIN_S) == 0
        _, left = psutil.wait_procs(children, WITHIN_S)
        assert left == []
