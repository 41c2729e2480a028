# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mixassist import paths

CHECKOUT = Path(__file__).resolve().parents[1]


def test_a_checkout_reads_its_own_folders() -> None:
    assert paths.data_directory() == CHECKOUT
    assert paths.resource_path("icons", "mixassist.svg").is_file()
    assert paths.models_directory() == CHECKOUT / "models"


def test_the_demo_is_a_folder_of_stems() -> None:
    assert len(list(paths.demo_directory().glob("*.ogg"))) >= 8


def test_a_bundle_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "mixassist" / "_data"
    (data / "resources").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.data_directory() == data
    assert paths.resource_path("demo", "a.ogg") == data / "resources" / "demo" / "a.ogg"


def test_an_installed_package_reads_the_data_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "mixassist"
    (package / "_data" / "resources").mkdir(parents=True)
    (tmp_path / "site-packages" / "resources").mkdir()  # somebody else's: no pyproject.toml beside it
    monkeypatch.setattr(paths, "_PACKAGE", package)
    assert paths.data_directory() == package / "_data"


def test_an_incomplete_installation_names_the_places_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "mixassist")
    with pytest.raises(FileNotFoundError, match="_data"):
        paths.data_directory()
