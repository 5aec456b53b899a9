"""Histories are made, never written by hand: `pytest tests/replay --record-histories`, then once without."""

import re
import socket
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.bench import Bench
from tests.replay.histories import keep, names_of_runs, runs, texts
from tests.replay.paths import PATHS


@pytest.mark.parametrize("name", PATHS)
async def test_a_path_is_played_and_its_history_kept(bench: Bench, name: str) -> None:
    play, outcome = PATHS[name]
    case = await play(bench)
    assert (await case.on_record()).outcome == outcome
    histories = await runs(case)
    names = names_of_runs(name, len(histories))
    files = [keep(*each) for each in zip(names, histories, strict=True)]
    everything = "\n".join(chain.from_iterable(map(texts, files)))
    for trace in (socket.gethostname(), str(Path.cwd()), sys.prefix, str(Path.home())):
        assert re.search(rf"(?<!\w){re.escape(trace)}(?!\w)", everything) is None
