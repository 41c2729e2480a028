# SPDX-License-Identifier: Apache-2.0
"""Level-matched differences of two audio files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixassist.analysis.comparison import compare_files
from mixassist.domain.progress import CancelToken, Progress, no_progress


def compare(
    a: str | Path, b: str | Path, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> dict[str, Any]:
    """Compares the file `b` with the reference `a`, as they are and level-matched; plain values fit for JSON.

    Raises:
        MixAssistError: a file that cannot be read.
    """
    return dict(compare_files(a, b, progress=progress, cancel=cancel).to_dict())
