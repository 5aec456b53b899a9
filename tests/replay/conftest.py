from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Histories are recorded only when asked for: otherwise old ones could not show what has changed."""
    asked = config.getoption("--record-histories")
    return True if collection_path.name == "test_recording.py" and not asked else None
