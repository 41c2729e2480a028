# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TARGETS = (
    "run",
    "test",
    "test-slow",
    "benchmark",
    "lint",
    "demo",
    "clean",
    "setup",
    "setup-dev",
    "constraints",
    "wheel",
)


def test_constraints_are_exact_and_name_no_index(root: Path) -> None:
    lines = (root / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin), pin


def test_constraints_cover_every_dependency(root: Path, script: Callable[[str], ModuleType]) -> None:
    dependencies = script("dependencies")
    lines = (root / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    wanted = [*dependencies.runtime_requirements(), *dependencies.development_requirements()]
    for name, distribution in dependencies.installed_closure(wanted).items():
        assert pinned.get(name) == distribution.version.split("+")[0], name


def test_the_targets_exist(root: Path) -> None:
    text = (root / "Makefile").read_text(encoding="utf-8")
    for target in TARGETS:
        assert re.search(rf"^{target}:.*## ", text, re.MULTILINE), target


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(root: Path, target: str) -> None:
    result = subprocess.run(["make", "-n", target], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["packaging/set_up.sh", "packaging/run.sh", ".ci/run"])
def test_shell_scripts_parse_and_may_be_run(root: Path, name: str) -> None:
    assert subprocess.run(["bash", "-n", root / name], check=False).returncode == 0
    assert (root / name).stat().st_mode & 0o100


def test_system_packages_are_names_with_reasons_cut_off(script: Callable[[str], ModuleType]) -> None:
    names = script("set_up").wanted_system_packages()
    assert {"libportaudio2", "libegl1", "libxcb-cursor0"} <= set(names)
    assert all(re.fullmatch(r"[a-z0-9.+-]+", name) for name in names)
    assert len(names) == len(set(names))


def test_a_provided_package_counts_as_installed(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = "installed\\tlibglib2.0-0t64\\tlibglib2.0-0 (= 2.84), libglib\\nnot-installed\\tlibegl1\\t\\n"
    query = tmp_path / "dpkg-query"
    query.write_text(f"#!/bin/sh\nprintf '{listing}'\n", encoding="utf-8")
    query.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert script("set_up").missing_system_packages(["libglib2.0-0", "libegl1"]) == ["libegl1"]


def test_the_stamp_holds_until_a_pin_changes(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = script("set_up")
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("numpy==1.0\n", encoding="utf-8")
    monkeypatch.setattr(set_up, "CONSTRAINTS", constraints)
    monkeypatch.setattr(set_up, "STAMP", tmp_path / "stamp.json")
    assert not set_up.is_installed(development=False)
    set_up.STAMP.write_text(f'{{"fingerprint": "{set_up.fingerprint()}", "development": false}}', encoding="utf-8")
    assert set_up.is_installed(development=False)
    assert not set_up.is_installed(development=True)
    constraints.write_text("numpy==1.1\n", encoding="utf-8")
    assert not set_up.is_installed(development=False)
    set_up.STAMP.write_text("[", encoding="utf-8")
    assert not set_up.is_installed(development=False)


def test_no_python_is_told_in_one_line(root: Path, tmp_path: Path) -> None:
    (tmp_path / "packaging").mkdir()
    shutil.copy(root / "packaging" / "set_up.sh", tmp_path / "packaging")
    result = subprocess.run(
        ["bash", tmp_path / "packaging" / "set_up.sh"],
        env={"PYTHON": "no-such-python", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: no Python 3.11 or newer")
    assert result.stderr.count("\n") == 1
