# SPDX-License-Identifier: Apache-2.0
"""Measures mixers against artists' own mixes: the table of methods by excerpt, view and input levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mixassist.automix.methods import METHODS, Mixer
from mixassist.automix.simple import mix_fixed
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.excerpts import VARIANTS, Excerpt, excerpt_folders, levelled_inputs, read_excerpt
from mixassist.evaluation.mix_measures import dry, measure, render_mix, stem_levels
from mixassist.evaluation.mix_table import MixScore, MixTable

VIEWS = ("dry", "wet")
EVALUATED: Mapping[str, Mixer] = MappingProxyType({**METHODS, "fixed-rule": mix_fixed})
"""All mixers that can be asked for, with the cheap one that listens to nothing."""


def evaluate_mix(
    data_dir: str | Path,
    methods: Sequence[str] = tuple(EVALUATED),
    *,
    views: Sequence[str] = VIEWS,
    variants: Sequence[str] = VARIANTS,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixTable:
    """Lets every method mix every excerpt and measures the result against the artist's mix.

    The target is the sum of the stems at unit gain. Mixers get the stems without their levels: each at −23 LUFS
    (`normalised`), or moved from there by up to ±12 dB (`randomised`). `wet` is the whole strip, `dry` only input
    gain, fader and pan of the same prediction.

    Raises:
        MixAssistError: no such method, or no folders of stems.
        Cancelled: `cancel` was set.
    """
    for method in methods:
        if method not in EVALUATED:
            raise MixAssistError("there is no such method", subject=method, remedy=f"Choose of {', '.join(EVALUATED)}")
    folders = excerpt_folders(data_dir)
    scores: list[MixScore] = []
    for index, folder in enumerate(folders):
        excerpt = read_excerpt(folder)

        def report(fraction: float, what: str, done: int = index, name: str = excerpt.name) -> None:
            progress((done + fraction) / len(folders), f"{name}: {what}")

        scores.extend(_excerpt_scores(excerpt, methods, views, variants, seed, report, cancel))
    progress(1.0, "Measured")
    return MixTable(tuple(scores))


def _excerpt_scores(
    excerpt: Excerpt,
    methods: Sequence[str],
    views: Sequence[str],
    variants: Sequence[str],
    seed: int,
    report: Callable[[float, str], None],
    cancel: CancelToken | None,
) -> list[MixScore]:
    target, wanted = excerpt.target(), stem_levels(excerpt)
    scores = []
    for v, variant in enumerate(variants):
        inputs = levelled_inputs(excerpt, variant, seed)
        for m, method in enumerate(methods):
            report((v + m / len(methods)) / len(variants), f"{method}, {variant}")
            predicted = EVALUATED[method](inputs, excerpt.sample_rate_hz, seed=seed, cancel=cancel).controls
            measured: dict[tuple[object, ...], dict[str, float]] = {}
            for view in views:
                if cancel is not None:
                    cancel.check()
                used = {k: dry(c) for k, c in predicted.items()} if view == "dry" else predicted
                key = tuple(used.values())
                if key not in measured:
                    rendered = render_mix(inputs, used, excerpt.sample_rate_hz)
                    measured[key] = measure(excerpt, target, wanted, rendered)
                scores.append(MixScore(method, view, variant, excerpt.name, excerpt.song, measured[key]))
    return scores
