# SPDX-License-Identifier: Apache-2.0
"""How far the transformation network is from the console's own processing, for one channel as it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.metrics import error_to_signal_ratio_of, mean_absolute_error_of, pair_sums
from mixassist.analysis.signals import decibels
from mixassist.analysis.spectral import multi_resolution_stft
from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.audio.stems import StemAudio, StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.rendering.renderers import Recipe, renderer_for
from mixassist.rendering.strips import reader_of

_HOP_S = 0.1
_STFT_LUFS = -23.0
"""Both renders are brought to where this makes the console's one; the distance depends on the level."""


@dataclass(frozen=True)
class Honesty:
    """The model's distance from the console, the console being the reference.

    `esr` is the error-to-signal ratio (0 = identical), `mae` the mean absolute error as a share of full scale before
    the fader, `stft` the multi-resolution STFT distance of sum and difference at −23 LUFS.
    """

    esr: float
    mae: float
    stft: float

    @property
    def esr_db(self) -> float:
        """10·log10 of the error-to-signal ratio; −inf when nothing differs."""
        return decibels(self.esr, 10.0)


def channel_honesty(
    session: Session,
    stems: StemLibrary,
    track_id: str,
    seconds: float = 6.0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Honesty | None:
    """Renders the loudest seconds of a channel through console and network and compares the two.

    Returns:
        The distance, or None where the console's output is silent: there is nothing to compare.

    Raises:
        MixAssistError: there is no trained network, or the audio cannot be read.
        Cancelled: `cancel` was set.
    """
    track, rate = session.track(track_id), session.sample_rate_hz
    stem = stems.stem(track.source, rate)
    stems.decode([stem], scaled(progress, 0.0, 0.3), cancel)
    samples = stem.strip_samples
    frames = min(round(seconds * rate), len(samples))
    start = _loudest_start(stem, samples, frames, cancel)
    renders = []
    for step, view in enumerate((View.WET, View.MODEL)):
        recipe = renderer_for(view).recipe(track.channel, rate, samples.shape[1])
        renders.append(_rendered(recipe, samples, start, frames))
        progress(0.3 + 0.2 * (step + 1), "Comparing model and console")
        if cancel is not None:
            cancel.check()
    console, model = renders
    if not np.any(console):
        return None
    sums = pair_sums(console, model, cancel=cancel)
    loudness = integrated_loudness_lufs(console, rate)
    gain = 10.0 ** ((_STFT_LUFS - loudness) / 20.0) if math.isfinite(loudness) else 1.0
    stft = multi_resolution_stft(
        console, model, gain_a=gain, gain_b=gain, progress=scaled(progress, 0.7, 1.0), cancel=cancel
    )
    # A console that leaves a mono stem mono has no difference of the sides that the network could be far from.
    distance = stft.sum if math.isnan(stft.difference) else stft.total
    return Honesty(error_to_signal_ratio_of(sums), mean_absolute_error_of(sums), distance)


def _rendered(recipe: Recipe, samples: np.ndarray, start: int, frames: int) -> np.ndarray:
    """Renders a stretch through a recipe: (frames, sides)."""
    if recipe.process is None:
        return recipe.gain * samples[start : start + frames]
    return recipe.gain * recipe.process.piece(reader_of(samples), start, frames)


def _loudest_start(stem: StemAudio, samples: np.ndarray, frames: int, cancel: CancelToken | None) -> int:
    """Returns where the stretch of `frames` with the most energy begins, to 0.1 s; kept beside the stem."""
    note_name = f"loudest-1-{frames}"
    note = stem.read_note(note_name)
    if note is not None and isinstance(note.get("start"), int) and 0 <= note["start"] <= len(samples) - frames:
        return int(note["start"])
    hop = max(round(_HOP_S * stem.sample_rate_hz), 1)
    energies = []
    for begin in range(0, len(samples) // hop * hop, hop * 64):
        if cancel is not None:
            cancel.check()
        block = samples[begin : min(begin + hop * 64, len(samples) // hop * hop)].astype(np.float64)
        energies.append(np.square(block).reshape(-1, hop * block.shape[1]).sum(axis=1))
    window = max(frames // hop, 1)
    sums = np.concatenate(([0.0], np.cumsum(np.concatenate(energies)))) if energies else np.zeros(1)
    start = int(np.argmax(sums[window:] - sums[:-window])) * hop if len(sums) > window else 0
    start = max(min(start, len(samples) - frames), 0)
    stem.write_note(note_name, {"start": start})
    return start
