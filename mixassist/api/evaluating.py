# SPDX-License-Identifier: Apache-2.0
"""The tables of the README and the cards, measured again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.paths import models_directory, shared_data_directory


def evaluate(
    what: str,
    *,
    data: str | Path | None = None,
    weights: Sequence[str | Path] = (),
    count: int | None = None,
    methods: Sequence[str] = (),
    views: Sequence[str] = (),
    four_stems: str = "",
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[dict[str, Any], str]:
    """Measures a table; returns it as plain values fit for JSON, and as text.

    Args:
        what: `mix`: the methods against the artists' own mixes; `transformation`: the shipped networks against the
            console, on held-out recordings.
        data: the folder of the data; the one beside the checkout when None. For `mix` any folder of songs, each a
            folder of stems at mix level, or of raw stems with `mix.wav` or `target.wav` beside them.
        weights: files of networks to measure beside the shipped ones: transformation networks, or networks that mix.
        count: examples in each part of the transformation's test set; its own number when None.
        methods, views: which mixers to measure, and through what; all when empty.
        four_stems: `mix`: every song in four stems, voices, drums, bass and the rest: `finished` sums or `raw`, mono.
        seed: of mixers that draw lots.

    Raises:
        MixAssistError: no such table, or data or weights are not there or not readable.
    """
    if what not in ("mix", "transformation"):
        raise MixAssistError("there is no such table", subject=what, remedy="Choose mix or transformation")
    folder = Path(data) if data else shared_data_directory()
    if not folder.is_dir():
        raise MixAssistError("the data is not there", subject=folder, remedy="Name its folder with --data")
    if what == "transformation":
        return _transformation(folder, [Path(path) for path in weights], count, progress, cancel)
    return _mix(folder, [Path(path) for path in weights], methods, views, four_stems, seed, progress, cancel)


def _mix(
    data: Path,
    weights: Sequence[Path],
    methods: Sequence[str],
    views: Sequence[str],
    four_stems: str,
    seed: int,
    progress: Progress,
    cancel: CancelToken | None,
) -> tuple[dict[str, Any], str]:
    from mixassist.api.mix_methods import methods_of
    from mixassist.evaluation.cross import cross_text
    from mixassist.evaluation.mixes import chosen_methods, evaluate_mix

    controllers, direct = methods_of(weights)
    mixers = {**controllers, **chosen_methods(methods)}
    table = evaluate_mix(
        data,
        mixers,
        direct=direct,
        views=views,
        four_stems=four_stems,
        seed=seed,
        progress=progress,
        cancel=cancel,
    )
    text = table.to_text()
    return table.to_dict(), f"{text}\n{cross_text(table)}" if len(controllers) > 1 else text


def _transformation(
    data: Path, weights: Sequence[Path], count: int | None, progress: Progress, cancel: CancelToken | None
) -> tuple[dict[str, Any], str]:
    from mixassist.audio.stems import StemLibrary
    from mixassist.evaluation.recordings import audio_pool
    from mixassist.evaluation.transformation import evaluate_transformation, table_text
    from mixassist.networks.checkpoint import read_weights
    from mixassist.networks.registry import TRANSFORMATIONS, load_transformation

    if count is not None and count < 1:
        raise MixAssistError("there is nothing to measure", subject=f"{count} examples", remedy="Ask for at least one")
    shipped = [
        path for path in sorted(models_directory().glob("*.safetensors")) if read_weights(path).kind in TRANSFORMATIONS
    ]
    networks = {path.stem: load_transformation(path) for path in shipped}
    for path in weights:
        name = path.resolve().parent.name
        networks[name if name not in networks else str(path)] = load_transformation(path)
    pool = audio_pool(data, held_out=True, library=StemLibrary(), progress=scaled(progress, 0.0, 0.1), cancel=cancel)
    words: dict[str, Any] = {} if count is None else {"count": count}
    table = evaluate_transformation(networks, pool, progress=scaled(progress, 0.1, 1.0), cancel=cancel, **words)
    return table, table_text(table)
