"""Histories are made, never written by hand: `pytest tests/replay --record-histories`, then once without."""

import re
import socket
import sys
from pathlib import Path

import pytest

from tests.bench import Bench
from tests.replay.histories import keep, texts
from tests.replay.paths import PATHS


@pytest.mark.parametrize("name", PATHS)
async def test_a_path_is_played_and_its_history_kept(bench: Bench, name: str) -> None:
    play, outcome = PATHS[name]
    case = await play(bench)
    assert (await case.on_record()).outcome == outcome
    file = keep(name, await case.history())
    everything = "\n".join(texts(file))
    for trace in (socket.gethostname(), str(Path.cwd()), sys.prefix, str(Path.home())):
        assert re.search(rf"(?<!\w){re.escape(trace)}(?!\w)", everything) is None
