# SPDX-License-Identifier: Apache-2.0
"""The tables of the README and the cards, measured again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.paths import shared_data_directory


def evaluate(
    what: str,
    *,
    data: str | Path | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[dict[str, Any], str]:
    """Measures a table; returns it as plain values fit for JSON, and as text.

    Args:
        what: `mix`: the methods against the artists' own mixes.
        data: the folder of the data; the one beside the checkout when None.

    Raises:
        MixAssistError: no such table, or the data is not there.
    """
    if what != "mix":
        raise MixAssistError("there is no such table", subject=what, remedy="Choose mix")
    from mixassist.evaluation.mixes import evaluate_mix

    folder = Path(data) if data else shared_data_directory()
    if not folder.is_dir():
        raise MixAssistError("the data is not there", subject=folder, remedy="Name its folder with --data")
    table = evaluate_mix(folder, progress=progress, cancel=cancel)
    return table.to_dict(), table.to_text()
