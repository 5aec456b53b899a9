"""The demo as somebody starts it: a process of its own, with a stack of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo import SAMPLES
from stack.children import ROOT

OUTCOMES = {
    "03-free-template": "completed",
    "09-declined": "declined",
    "17-appeal-refunded": "appeal_refunded",
    "18-appeal-accepted": "appeal_accepted",
    "23-a-partner-onboards": "onboarded",
    "28-withdrawn": "withdrawn",
    "31-guesses-used-up": "onboarded",
    "34-any-order": "opened",
    "44-another-name": "active",
    "49-a-shop-opens": "listed",
    "61-its-template-goes": "completed",
}
MONEY = {
    "paid": "¥72,795.00",
    "given back": "¥1,096.00",
    "owed to providers": "¥449.10",
    "commission": "¥49.90",
    "deposits held": "¥70,600.00",
    "still held": "¥0.00",
}


def run(*command: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "DATA_DIR": str(data_dir)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(150)
def test_it_plays_samples_and_tells_what_became_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in OUTCOMES:
        shutil.copy(SAMPLES / f"{name}.json", folder)
    done = run("demo.py", str(folder), data_dir=tmp_path / "data")
    assert done.returncode == 0, done.stdout + done.stderr
    for name, outcome in OUTCOMES.items():
        assert any(name in line and f"✓ {outcome}" in line for line in done.stdout.splitlines())
        assert re.search(rf"/workflows/[a-z-]+:[a-z-]+:{name}-", done.stdout)
    for name, amount in MONEY.items():
        assert re.search(rf"[=+ ] {name} \S+ +{amount}  (gateway|ledger)", done.stdout), done.stdout
    assert re.search(r"paid in to prove \S+ +¥\d\.\d\d  bank \S+ 8 payments", done.stdout), done.stdout
    assert re.search(r"verified an account \S+ +¥0\.\d\d  wallet", done.stdout), done.stdout
    for open_now, ways in (("wallet", "WeChat Pay"), ("alipay", "Account balance")):
        assert re.search(rf"样例\S+ +{open_now}.* {ways}.* ✓", done.stdout), done.stdout
    assert re.search(r"'http://\S+/\S+-\w+/dossier\?format=html'", done.stdout)
    assert re.search(r"'http://\S+/providers/isv-31-guesses-used-up-\w+/console'", done.stdout)


def test_a_broken_sample_ends_it_with_2_and_names_file_and_field(tmp_path: Path) -> None:
    whole = json.loads((SAMPLES / "01-completed.json").read_text("utf-8"))
    (tmp_path / "mine.json").write_text(json.dumps({**whole, "expect": {"outcome": "happiness"}}))
    done = run("demo.py", str(tmp_path), data_dir=tmp_path / "data")
    assert done.returncode == 2
    assert "mine.json: expect.outcome: is none of completed" in done.stderr
    assert not (tmp_path / "data").exists()


def test_it_speaks_to_the_api_alone(tmp_path: Path) -> None:
    """Also because a process that has used Temporal's client may abort when it ends."""
    done = run("-c", "import demo, sys; sys.exit('temporalio' in sys.modules)", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
