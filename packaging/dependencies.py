# SPDX-License-Identifier: Apache-2.0
"""Which installed packages the project needs, and writes them down: `make constraints`.

The exact versions in `constraints.txt` are those of the `.venv` this runs in.
"""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
_HEAD = """\
# The exact versions of everything that gets installed; derived from a tested .venv by `make constraints`.
# Constraints bind only what is asked for: the nvidia-* packages and triton come with torch on Linux alone.
# This file names no index: packages come from wherever pip is set up to find them.
"""


def project() -> dict[str, object]:
    """Returns the `[project]` table of pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, object] = tomllib.load(file)["project"]
    return table


def runtime_requirements() -> list[str]:
    """Returns the requirement lines of a user's installation."""
    return list(project()["dependencies"])  # type: ignore[call-overload]


def development_requirements() -> list[str]:
    """Returns the requirement lines that development adds."""
    return list(project()["optional-dependencies"]["dev"])  # type: ignore[index]


def training_requirements() -> list[str]:
    """Returns the requirement lines that making training data and training add."""
    return list(project()["optional-dependencies"]["train"])  # type: ignore[index]


def installed_closure(requirements: list[str]) -> dict[str, metadata.Distribution]:
    """Follows requirements through the installed packages' metadata, on this platform.

    Returns:
        Distributions by canonical name.

    Raises:
        importlib.metadata.PackageNotFoundError: something required is not installed.
    """
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        distribution = metadata.distribution(requirement.name)
        found[key[0]] = distribution
        extras = requirement.extras or {""}
        for line in distribution.requires or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)
    return found


def main() -> None:
    """Writes constraints.txt."""
    wanted = [*runtime_requirements(), *development_requirements(), *training_requirements(), "setuptools"]
    closure = installed_closure(wanted)
    lines = [f"{name}=={distribution.version.split('+')[0]}" for name, distribution in sorted(closure.items())]
    CONSTRAINTS.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{CONSTRAINTS.relative_to(ROOT)}: {len(lines)} versions")


if __name__ == "__main__":
    main()
