"""Samples with something wrong in them."""

import json
from pathlib import Path
from typing import Any

import pytest

from demo import SAMPLES
from rehearsal.samples import BrokenSample, read


def refused(folder: Path, name: str, change: dict[str, Any]) -> BrokenSample:
    """What is said of a sample of ours once this is changed in it. Its file is named."""
    whole = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    file = folder / "mine.json"
    file.write_text(json.dumps({**whole, **change}))
    with pytest.raises(BrokenSample) as broken:
        read(file)
    assert broken.value.file == file
    return broken.value
