# SPDX-License-Identifier: Apache-2.0
"""Fixtures for all rooms: private folders for cache, state and settings, and the shared data where it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest

SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def private_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keeps every test away from the user's cache, state and settings."""
    for name in ("CACHE", "STATE", "CONFIG"):
        monkeypatch.setenv(f"MIXASSIST_{name}_DIR", str(tmp_path_factory.mktemp(name.lower())))
    yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data folder beside the checkout; skips the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED_DATA
