# SPDX-License-Identifier: Apache-2.0
"""How near a mix is to the artist's: level balance, short-time spectra of sum and difference, and features."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mixassist.analysis.spectral import multi_resolution_stft
from mixassist.automix.hearing import loudness_lufs
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.evaluation.excerpts import RAW, Excerpt, levelled_inputs
from mixassist.evaluation.mix_features import FEATURE_MEASURES, MixFeatures, feature_errors, mix_features
from mixassist.evaluation.mix_rendering import RenderedMix, render_mix
from mixassist.evaluation.stem_fit import StemPowers, fitted_levels_lufs, stem_powers

MEASURES = ("balance_db", "balance_fit_db", "stft", "stft_sum", *FEATURE_MEASURES)
"""Level balance by the stems' loudness behind their strips, and by a fit of the stems to the mix; multi-resolution
STFT of sum and difference, and of the sum alone; errors of features. The less the better."""


@dataclass(frozen=True)
class Reference:
    """An excerpt's target with all that is measured of it once: features, levels of the stems, their powers."""

    excerpt: Excerpt

    @cached_property
    def target(self) -> NDArray[np.float32]:
        """The mix to come near to, at −23 LUFS."""
        return _levelled(self.excerpt.target(), self.excerpt.sample_rate_hz)

    @cached_property
    def features(self) -> MixFeatures:
        """The target's features."""
        return mix_features(self.target, self.excerpt.sample_rate_hz)

    @cached_property
    def powers(self) -> StemPowers:
        """The stems' powers, for fits."""
        return stem_powers(self.excerpt.stems, self.excerpt.sample_rate_hz)

    @cached_property
    def fitted_lufs(self) -> NDArray[np.float64]:
        """The stems' levels in the target by fit, LUFS."""
        return fitted_levels_lufs(self.powers, self.target, self.excerpt.sample_rate_hz)

    @cached_property
    def wanted_lufs(self) -> NDArray[np.float64]:
        """Loudness of every stem in the target, LUFS.

        That of stems at mix level themselves; of raw stems behind the strips the mix was made with, where those are
        known and do make this mix; else by fit.
        """
        excerpt = self.excerpt
        if excerpt.mix is None:
            # A mono stem is on both sides of the sum, which makes it 3 LU louder than its one side is.
            sides = (np.broadcast_to(stem, (len(stem), 2)) for stem in excerpt.stems)
            return np.asarray([loudness_lufs(np.asarray(both), excerpt.sample_rate_hz) for both in sides])
        if set(excerpt.names) <= set(excerpt.truth):
            rendered = render_mix(levelled_inputs(excerpt, RAW), excerpt.truth, excerpt.sample_rate_hz)
            if rendered.stem_lufs is not None and _is_scaled(rendered.audio, excerpt.mix):
                return rendered.stem_lufs
        return self.fitted_lufs

    def measure(self, mix: RenderedMix) -> dict[str, float]:
        """Returns the `MEASURES` of a mix against the target, both brought to −23 LUFS, and every single feature."""
        rate = self.excerpt.sample_rate_hz
        audio = _levelled(mix.audio, rate)
        distance = multi_resolution_stft(self.target, audio)
        fitted = fitted_levels_lufs(self.powers, audio, rate)
        levels = fitted if mix.stem_lufs is None else mix.stem_lufs
        return {
            "balance_db": balance_error_db(levels, self.wanted_lufs),
            "balance_fit_db": balance_error_db(fitted, self.fitted_lufs),
            "stft": distance.total,
            "stft_sum": distance.sum,
            **feature_errors(self.features, mix_features(audio, rate)),
        }

    def level_errors_db(self, mix: RenderedMix) -> NDArray[np.float64]:
        """How much too loud each stem stands in a mix, the common offset taken off; NaN for silent stems."""
        levels = mix.stem_lufs
        if levels is None:
            levels = fitted_levels_lufs(self.powers, mix.audio, self.excerpt.sample_rate_hz)
        return level_errors_db(levels, self.wanted_lufs)


def level_errors_db(levels_lufs: NDArray[np.float64], wanted_lufs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences of the stems' levels from the artist's, their mean taken off; NaN for stems silent in both.

    Stems that are silent on the artist's side do not count; one silenced by the mixer counts as 40 dB too soft.
    """
    errors = np.full(len(wanted_lufs), np.nan)
    heard = np.isfinite(wanted_lufs)
    if heard.sum() < 2:
        return errors
    wanted = wanted_lufs[heard]
    difference = np.maximum(levels_lufs[heard], wanted.min() - 40.0) - wanted
    errors[heard] = difference - difference.mean()
    return errors


def balance_error_db(levels_lufs: NDArray[np.float64], wanted_lufs: NDArray[np.float64]) -> float:
    """Mean absolute difference of the stems' levels from the artist's, the common offset taken off.

    0 where fewer than two stems sound: nothing can be out of balance.
    """
    errors = level_errors_db(levels_lufs, wanted_lufs)
    heard = np.isfinite(errors)
    return float(np.mean(np.abs(errors[heard]))) if heard.any() else 0.0


def _is_scaled(audio: NDArray[np.float32], mix: NDArray[np.float32]) -> bool:
    """Whether a mix is another one at any gain, but for a hundredth of its energy."""
    a, b = audio.ravel().astype(np.float64), mix.ravel().astype(np.float64)
    energy = float(a @ a) * float(b @ b)
    return energy > 0.0 and float(a @ b) ** 2 > 0.99 * energy


def _levelled(audio: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float32]:
    loudness = loudness_lufs(audio, sample_rate_hz)
    if not np.isfinite(loudness):
        return audio
    return np.asarray(audio * np.float32(10.0 ** ((REFERENCE_LUFS - loudness) / 20.0)))
