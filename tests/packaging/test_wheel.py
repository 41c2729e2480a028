# SPDX-License-Identifier: Apache-2.0
"""An installed wheel carries the resources and finds them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_PARTS = ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY_LICENSES.md")
_FOLDERS = ("mixassist", "packaging", "resources", "models")
_ASK = """
from pathlib import Path
from mixassist import paths
print(paths.demo_directory())
print(len(list(paths.demo_directory().glob("*.ogg"))))
print(paths.resource_path("icons", "mixassist.svg").is_file())
"""


@pytest.mark.slow
def test_an_installed_wheel_finds_its_resources(root: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    for name in _PARTS:
        shutil.copy(root / name, source)
    for name in _FOLDERS:
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path / "dist"), "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("mixassist-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", target, wheel], check=True, capture_output=True)

    ask = f"import sys; sys.path.insert(0, {str(target)!r}){_ASK}"
    answer = subprocess.run([sys.executable, "-I", "-c", ask], cwd=tmp_path, check=True, capture_output=True, text=True)
    demo, count, icon = answer.stdout.splitlines()
    assert Path(demo).is_relative_to(target)
    assert int(count) == len(list((root / "resources" / "demo").glob("*.ogg")))
    assert icon == "True"
    assert not list((target / "mixassist").rglob("compose_demo.py"))
