# SPDX-License-Identifier: Apache-2.0
"""Sets the project up in its checkout: system packages, `.venv`, pinned dependencies. Quick when all is there.

Standard library only: it runs before anything is installed. `--dev` adds what the tests need.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".mixassist-installed.json"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
SYSTEM_PACKAGES = ROOT / "packaging" / "system-packages.txt"
_NEEDED_BYTES = 7 * 2**30
"""torch with its CUDA libraries takes 4.7 GB, and pip unpacks beside them."""


def wanted_system_packages() -> list[str]:
    """Returns the names in system-packages.txt."""
    lines = SYSTEM_PACKAGES.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if (name := line.partition("#")[0].strip())]


def missing_system_packages(wanted: list[str]) -> list[str]:
    """Returns those that neither are installed nor provided by an installed package (as `libglib2.0-0t64` does)."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}\t${Package}\t${Provides}\n"]
    present: set[str] = set()
    for line in subprocess.run(query, check=True, capture_output=True, text=True).stdout.splitlines():
        status, name, provides = line.split("\t")
        if status == "installed":
            present.add(name)
            present.update(item.split()[0].partition(":")[0] for item in provides.split(",") if item.strip())
    return [name for name in wanted if name not in present]


def install_system_packages() -> None:
    """Installs what is missing when the rights are there; otherwise says what to type and goes on."""
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        return
    missing = missing_system_packages(wanted_system_packages())
    if not missing:
        return
    prefix = _rights()
    line = "apt-get install -y --no-install-recommends " + " ".join(missing)
    if prefix is not None:
        print("installing system packages: " + " ".join(missing), flush=True)
        command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
        subprocess.run([*command, "apt-get", "update", "-qq"], stdin=subprocess.DEVNULL, check=False)
        if subprocess.run([*command, *line.split(), "-qq"], stdin=subprocess.DEVNULL, check=False).returncode == 0:
            return
    print(f"warning: system packages are missing; type: sudo {line}", file=sys.stderr, flush=True)


def _rights() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def fingerprint() -> str:
    """Returns what an installation depends on, as one hash."""
    parts = [CONSTRAINTS.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(VENV).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_installed(development: bool) -> bool:
    """Whether the `.venv` was filled from these very files, with the development tools if they are asked for."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return bool(stamp["fingerprint"] == fingerprint() and (stamp["development"] or not development))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def make_environment() -> None:
    """Makes the `.venv`, or makes it again when its Python does not run any more."""
    works = VENV_PYTHON.exists() and _succeeds([str(VENV_PYTHON), "-m", "pip", "--version"])
    if not works:
        print(f"making .venv with Python {sys.version.split()[0]}", flush=True)
        base = getattr(sys, "_base_executable", sys.executable)
        subprocess.run([base, "-m", "venv", "--clear", str(VENV)], check=True)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_space() -> None:
    """Stops before a first installation that the disk has no room for."""
    free = shutil.disk_usage(ROOT).free
    if not list(VENV.glob("lib/python*/site-packages/torch")) and free < _NEEDED_BYTES:
        raise SystemExit(f"error: {ROOT}: {free / 2**30:.1f} GB free; the installation needs 7 GB")


def install(development: bool) -> None:
    """Installs the project, editable, with exactly the versions in constraints.txt."""
    print("installing the dependencies; the first time this takes some minutes and 5 GB", flush=True)
    STAMP.unlink(missing_ok=True)
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    pip += ["-c", str(CONSTRAINTS), *([] if sys.stdout.isatty() else ["-q"])]
    target = f"{ROOT}[dev]" if development else str(ROOT)
    for arguments in (["setuptools"], ["--no-build-isolation", "-e", target]):
        if subprocess.run([*pip, *arguments], stdin=subprocess.DEVNULL, check=False).returncode != 0:
            raise SystemExit("error: pip could not install the dependencies; its reason stands above")
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "development": development}), encoding="utf-8")


def main() -> None:
    """Brings system packages, environment and dependencies up to date."""
    parser = argparse.ArgumentParser(description="Set MixAssist up in this checkout.")
    parser.add_argument("--dev", action="store_true", help="with the tools that the tests need")
    options = parser.parse_args()
    install_system_packages()
    if is_installed(options.dev) and VENV_PYTHON.exists():
        return
    check_space()
    make_environment()
    development = options.dev or is_development_environment()
    install(development)


def is_development_environment() -> bool:
    """Whether the tools of the tests are there already; a new pin must then reach them too."""
    return bool(list(VENV.glob("lib/python*/site-packages/pytest")))


if __name__ == "__main__":
    main()
