# SPDX-License-Identifier: Apache-2.0
"""No dependency of the shipped program forces the GPL on it, and each one is named in the list of licences."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType

import pytest

_GPL = re.compile(r"(?<!L)GPL|GNU (Affero )?General Public", re.IGNORECASE)


def stated_licences(metadata: Message) -> list[str]:
    """Returns what a package says of its licence: the SPDX expression, the field's first line, the classifiers."""
    stated = [metadata.get("License-Expression") or "", *(metadata.get("License") or "").strip().splitlines()[:1]]
    stated += [c.rsplit("::", 1)[1] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    return [text.strip() for text in stated if text.strip()]


def forces_gpl(licence: str) -> bool:
    """Whether every alternative of a licence is a GPL (the LGPL is none)."""
    return all(_GPL.search(alternative) for alternative in re.split(r"\bOR\b", licence))


@pytest.mark.parametrize(
    ("licence", "forced"),
    [
        ("MIT", False),
        ("LGPL-2.1-or-later", False),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", False),
        ("GNU Lesser General Public License v3", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GPL-2.0-only OR GPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
    ],
)
def test_the_judgement(licence: str, forced: bool) -> None:
    assert forces_gpl(licence) is forced


@pytest.fixture(scope="module")
def runtime(script: Callable[[str], ModuleType]) -> dict[str, Distribution]:
    dependencies = script("dependencies")
    closure: dict[str, Distribution] = dependencies.installed_closure(dependencies.runtime_requirements())
    return closure


@pytest.fixture(scope="module")
def development(script: Callable[[str], ModuleType]) -> dict[str, Distribution]:
    dependencies = script("dependencies")
    closure: dict[str, Distribution] = dependencies.installed_closure(dependencies.development_requirements())
    return closure


def test_no_runtime_dependency_forces_the_gpl(runtime: dict[str, Distribution]) -> None:
    forced = {name: texts for name, d in runtime.items() if any(map(forces_gpl, texts := stated_licences(d.metadata)))}
    assert not forced
    assert len(runtime) > 20


def _rows(root: Path) -> dict[str, list[str]]:
    text = (root / "THIRD_PARTY_LICENSES.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {re.sub(r"[-_.]+", "-", row[0]).lower(): row for row in rows}


def test_every_dependency_is_listed_with_its_version(
    root: Path, runtime: dict[str, Distribution], development: dict[str, Distribution]
) -> None:
    rows = _rows(root)
    for name, distribution in {**development, **runtime}.items():
        assert name in rows, f"{name} is missing from THIRD_PARTY_LICENSES.md"
        assert rows[name][1] == distribution.version.split("+")[0], name


def test_the_gpl_stays_among_the_development_tools(
    runtime: dict[str, Distribution], development: dict[str, Distribution]
) -> None:
    gpl = {name for name, d in development.items() if any(map(forces_gpl, stated_licences(d.metadata)))}
    assert gpl == {"pedalboard"}
    assert not gpl & set(runtime)


def test_the_licence_is_apache(root: Path) -> None:
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text
