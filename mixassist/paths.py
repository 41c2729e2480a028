# SPDX-License-Identifier: Apache-2.0
"""Finds `resources/` and `models/`: in a checkout, in an installed wheel, and in a packaged app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_directory() -> Path:
    """Returns the folder that holds `resources` and `models`.

    In a packaged app that is `mixassist/_data` in the bundle, in an installed wheel `_data` in the package, in a
    checkout the repository itself.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    places = _places()
    for place in places:
        if (place / "resources").is_dir():
            return place
    raise FileNotFoundError("no resources folder in " + ", ".join(map(str, places)))


def resource_path(*parts: str) -> Path:
    """Returns the path of a file or folder in `resources`; that it exists is for the caller to know."""
    return data_directory().joinpath("resources", *parts)


def models_directory() -> Path:
    """Returns the folder of shipped weights and their cards; it may be missing where none were shipped."""
    return data_directory() / "models"


def demo_directory() -> Path:
    """Returns the folder of the demo session's stems."""
    return resource_path("demo")


def shared_data_directory() -> Path:
    """Returns the folder of recordings and mixing decisions to train on and to measure with; it may be missing.

    `MIXASSIST_DATA_DIR` names it; otherwise it is `shared/data` beside the checkout.
    """
    named = os.environ.get("MIXASSIST_DATA_DIR")
    return Path(named) if named else _PACKAGE.parent.parent / "shared" / "data"


def _places() -> tuple[Path, ...]:
    places = [_PACKAGE / "_data"]
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        places.insert(0, _PACKAGE.parent)
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller's boot loader
    if bundle is not None:
        places.insert(0, Path(bundle) / "mixassist" / "_data")
    return tuple(places)
