# SPDX-License-Identifier: Apache-2.0
"""Measures mixers against artists' own mixes: the table of methods by excerpt, view and input levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.inputs import TrackAudio
from mixassist.automix.methods import METHODS, Mixer
from mixassist.automix.simple import mix_fixed
from mixassist.domain.channel import View
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.decision_distance import StemDecision, decision_rows, human_pans
from mixassist.evaluation.excerpts import VARIANTS, Excerpt, excerpt_folders, levelled_inputs, read_excerpt
from mixassist.evaluation.four_stems import FOUR_STEMS
from mixassist.evaluation.mix_checks import CHECKS, LEAD, check_mix
from mixassist.evaluation.mix_measures import Reference
from mixassist.evaluation.mix_rendering import RenderedMix, dry, render_mix
from mixassist.evaluation.mix_table import MixScore, MixTable
from mixassist.paths import shared_data_directory
from mixassist.rendering.renderers import available_views
from mixassist.rendering.strips import one_torch_thread

DIRECT = "direct"
"""The view of a method that makes sound itself, without controls."""

DirectMixer = Callable[[Sequence[TrackAudio], int], NDArray[np.float32]]
"""Makes a mix, (frames, 2), of tracks at a sample rate."""


def evaluated_methods() -> Mapping[str, Mixer]:
    """All mixers that can be asked for, the best hoped for first, with the cheap one that listens to nothing."""
    first = {name: METHODS[name] for name in ("controller", "rules") if name in METHODS}
    return {**first, **METHODS, "fixed-rule": mix_fixed}


@dataclass(frozen=True)
class _Task:
    """What every excerpt is put through."""

    methods: Mapping[str, Mixer]
    direct: Mapping[str, DirectMixer]
    views: tuple[str, ...]
    variants: tuple[str, ...]
    seed: int
    cancel: CancelToken | None


def evaluate_mix(
    data_dir: str | Path,
    methods: Sequence[str] | Mapping[str, Mixer] = (),
    *,
    direct: Mapping[str, DirectMixer] | None = None,
    views: Sequence[str] = (),
    variants: Sequence[str] = VARIANTS,
    four_stems: str = "",
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixTable:
    """Lets every method mix every excerpt and measures the result against the artist's mix.

    The target is the mix beside the stems, or the sum of stems that stand at mix level. Of those, mixers get the stems
    without their levels: each at −23 LUFS (`normalised`), or moved from there by up to ±12 dB (`randomised`).

    Args:
        data_dir: song folders, see `excerpt_folders`.
        methods: names of `evaluated_methods`, or mixers by any name (several weights of one controller, say); all
            known ones when there are neither these nor direct ones.
        direct: methods that make sound without controls, by name.
        views: `wet` is the whole strip, `model` the same controls through the network, `dry` only input gain, fader
            and pan; all that can be rendered when empty.
        four_stems: one of `FOUR_STEMS`: sum every song's stems to voices, drums, bass and the rest first.

    Raises:
        MixAssistError: no such method, view or four stems, no folders of stems, or stems that cannot be summed so.
        Cancelled: `cancel` was set.
    """
    if isinstance(methods, Mapping):
        mixers = dict(methods)
    else:
        mixers = {} if direct and not methods else chosen_methods(methods)
    if four_stems and four_stems not in FOUR_STEMS:
        raise MixAssistError("there are no such four stems", subject=four_stems, remedy="Choose finished or raw")
    task = _Task(mixers, direct or {}, _views(views), tuple(variants), seed, cancel)
    folders = excerpt_folders(data_dir)
    scores: list[MixScore] = []
    decisions: list[StemDecision] = []
    for index, folder in enumerate(folders):
        progress(index / len(folders), f"{folder.name}: reading")
        excerpt = read_excerpt(folder)
        if four_stems:
            excerpt = FOUR_STEMS[four_stems](excerpt)

        def report(fraction: float, what: str, done: int = index, name: str = excerpt.name) -> None:
            progress((done + fraction) / len(folders), f"{name}: {what}")

        with one_torch_thread():
            for score, mine in _measured(excerpt, task, report):
                scores.append(score)
                decisions += mine
    progress(1.0, "Measured")
    pans = human_pans(_decisions_folder(Path(data_dir)))
    return MixTable(tuple(scores), tuple(decision_rows(decisions, pans)))


def chosen_methods(names: Sequence[str] = ()) -> dict[str, Mixer]:
    """Returns the mixers of these names, all known ones when there are none.

    Raises:
        MixAssistError: no such method.
    """
    known = evaluated_methods()
    for name in names:
        if name not in known:
            raise MixAssistError("there is no such method", subject=name, remedy=f"Choose of {', '.join(known)}")
    return {name: known[name] for name in names or known}


def _views(views: Sequence[str]) -> tuple[str, ...]:
    known = [view.value for view in available_views()]
    for view in views:
        if view not in known:
            raise MixAssistError("there is no such view", subject=view, remedy=f"Choose of {', '.join(known)}")
    return tuple(views or known)


def _decisions_folder(data_dir: Path) -> Path:
    mine = data_dir / "mix-decisions"
    return mine if mine.is_dir() else shared_data_directory() / "mix-decisions"


def _measured(
    excerpt: Excerpt, task: _Task, report: Callable[[float, str], None]
) -> Iterator[tuple[MixScore, list[StemDecision]]]:
    reference = Reference(excerpt)
    variants = excerpt.variants(task.variants)
    names = (*task.methods, *task.direct)
    for v, variant in enumerate(variants):
        inputs = levelled_inputs(excerpt, variant, task.seed)
        for m, method in enumerate(names):
            report((v + m / len(names)) / len(variants), f"{method}, {variant}")
            if method in task.methods:
                yield from _method_scores(reference, inputs, method, variant, task)
            else:
                mix = RenderedMix(task.direct[method](inputs, excerpt.sample_rate_hz))
                nothing = {check.key: np.nan for check in CHECKS}
                values = {**reference.measure(mix), **nothing}
                yield MixScore(method, DIRECT, variant, excerpt.name, excerpt.song, values), []


def _method_scores(
    reference: Reference, inputs: Sequence[TrackAudio], method: str, variant: str, task: _Task
) -> Iterator[tuple[MixScore, list[StemDecision]]]:
    excerpt, rate = reference.excerpt, reference.excerpt.sample_rate_hz
    predicted = task.methods[method](inputs, rate, seed=task.seed, cancel=task.cancel).controls
    plain = {name: dry(controls) for name, controls in predicted.items()}
    leads = [name for index, name in enumerate(excerpt.names) if excerpt.instrument(index) == LEAD]
    measured: dict[str, tuple[dict[str, float], RenderedMix]] = {}
    told_by = View.WET.value if View.WET.value in task.views else task.views[0]
    for view in task.views:
        if task.cancel is not None:
            task.cancel.check()
        # Where nothing of the three stages is used, all views are the same mix.
        key = View.DRY.value if plain == predicted else view
        if key not in measured:
            mix = render_mix(inputs, predicted, rate, View(key), leads)
            checks = check_mix(excerpt, predicted, mix, reference.powers.lufs)
            measured[key] = ({**reference.measure(mix), **checks}, mix)
        values, mix = measured[key]
        decisions = _stem_decisions(reference, predicted, mix, method, variant, inputs) if view == told_by else []
        yield MixScore(method, view, variant, excerpt.name, excerpt.song, values), decisions


def _stem_decisions(
    reference: Reference,
    controls: Mapping[str, Controls],
    mix: RenderedMix,
    method: str,
    variant: str,
    inputs: Sequence[TrackAudio],
) -> list[StemDecision]:
    """What a method did with each stem, where it sounds."""
    excerpt = reference.excerpt
    errors = reference.level_errors_db(mix)
    assert mix.stem_lufs is not None
    return [
        StemDecision(
            method,
            variant,
            excerpt.song,
            excerpt.name,
            excerpt.instrument(index),
            float(mix.stem_lufs[index]),
            controls[name].number("pan") if inputs[index].samples.shape[1] == 1 else float("nan"),
            float(errors[index]),
        )
        for index, name in enumerate(excerpt.names)
        if np.isfinite(mix.stem_lufs[index])
    ]
