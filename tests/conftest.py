# SPDX-License-Identifier: Apache-2.0
"""Fixtures for all rooms: private folders for cache, state and settings, and the shared data where it is."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "Agg")

# This run has a home of its own, so that Qt's file dialog and others write nothing into the user's. Before any of them
# is imported: Qt, for one, looks once where its settings lie.
_HOME = Path(tempfile.mkdtemp(prefix="mixassist-tests-home-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name, _place in (
    ("HOME", ""), ("USERPROFILE", ""), ("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"),
    ("XDG_DATA_HOME", ".local/share"), ("XDG_STATE_HOME", ".local/state"),
):  # fmt: skip
    os.environ[_name] = str(_HOME / _place)

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
