# SPDX-License-Identifier: Apache-2.0
"""The self-test: is this installation able to do its job, and does it do it as it did when it was built?"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from mixassist.api.mixing import MixOptions, MixOutcome, mix
from mixassist.audio.atomic import atomic_write_bytes
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.paths import demo_directory, resource_path

MEASURES_NAME = "self-test.json"
TOLERANCE_DB = 0.1
"""How far a stored level may be missed: rounding differs between processors, mixing does not."""


def self_test(
    *, update: bool = False, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> dict[str, Any]:
    """Loads the demo session, predicts, renders, and compares the measures with the stored ones.

    Args:
        update: store the measures of this version instead.

    Returns:
        `passed`, the seconds it took, and each measure beside the stored one.

    Raises:
        MixAssistError: the demo session or the stored measures are missing: the installation is incomplete.
    """
    started = time.perf_counter()
    measured = _measures(progress, cancel)
    path = resource_path(MEASURES_NAME)
    if update:
        atomic_write_bytes(path, (json.dumps(measured, indent=2) + "\n").encode())
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MixAssistError("the stored measures are missing", subject=path, remedy="Reinstall MixAssist") from error
    missed = sorted(key for key in {*stored, *measured} if not _agrees(measured.get(key), stored.get(key)))
    return {
        "passed": not missed,
        "seconds": round(time.perf_counter() - started, 2),
        "missed": ", ".join(missed) or None,
        "measured": measured,
        "stored": stored,
    }


def _measures(progress: Progress, cancel: CancelToken | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="mixassist-self-test-") as folder:
        options = MixOptions((str(demo_directory()),), str(Path(folder) / "mix.wav"), device="cpu")
        outcome = mix(options, progress=progress, cancel=cancel)
        return _summary(outcome)


def _summary(outcome: MixOutcome) -> dict[str, Any]:
    report = outcome.report
    summary: dict[str, Any] = {
        "tracks": len(outcome.session.tracks),
        "seconds": report.seconds,
        "integrated_lufs": report.integrated_lufs,
        "true_peak_dbtp": report.true_peak_dbtp,
        "master_gain_db": report.master_gain_db,
    }
    for track in outcome.session.tracks:
        summary[f"{track.name} fader_db"] = round(track.channel.controls.number("fader_db"), 3)
    return summary


def _agrees(measured: Any, stored: Any) -> bool:
    if isinstance(measured, float) and isinstance(stored, (int, float)):
        return abs(measured - stored) <= TOLERANCE_DB
    return bool(measured == stored)


def self_test_lines(outcome: dict[str, Any]) -> list[str]:
    """Returns the outcome as lines for people: each measure beside the stored one."""
    stored = outcome["stored"]
    lines = [f"self-test {'passed' if outcome['passed'] else 'FAILED'} in {outcome['seconds']} s"]
    for name, value in outcome["measured"].items():
        miss = "" if _agrees(value, stored.get(name)) else f"   stored: {stored.get(name, 'nothing')}"
        lines.append(f"  {name:<32} {value}{miss}")
    lines.extend(f"  {name:<32} –   stored: {stored[name]}" for name in stored if name not in outcome["measured"])
    return lines
