# SPDX-License-Identifier: Apache-2.0
"""The fit of stems to a mix: it finds gains and pans that are known, and levels as loudness has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, signal

from mixassist.evaluation.excerpts import Excerpt, levelled_inputs, read_excerpt
from mixassist.evaluation.mix_measures import Reference, balance_error_db
from mixassist.evaluation.mix_rendering import render_mix
from mixassist.evaluation.stem_fit import _fitted, fit_gains, fitted_levels_lufs, stem_powers

RATE_HZ = 44_100


@pytest.fixture(scope="module")
def stems() -> list[NDArray[np.float32]]:
    """Four sounds that overlap: low, middle and high noise in unlike rhythms, and a stereo one."""
    lots = np.random.default_rng(0)
    time = np.arange(4 * RATE_HZ) / RATE_HZ
    made = []
    for band, beat in (((60, 400), 1.0), ((200, 3000), 1.7), ((1000, 9000), 3.1)):
        sound = signal.sosfilt(
            signal.butter(2, band, "bandpass", fs=RATE_HZ, output="sos"), lots.standard_normal(time.size)
        )
        made.append((0.1 * sound * np.exp(-4.0 * (time * beat % 1.0)))[:, None].astype(np.float32))
    wide = lots.standard_normal((time.size, 2)) * np.array([0.05, 0.02])
    made.append(wide.astype(np.float32))
    return made


def test_known_gains_and_pans_are_found(stems: list[NDArray[np.float32]]) -> None:
    sides = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.3, 0.6]])
    mix = sum(s * g.astype(np.float32) for s, g in zip(stems, sides, strict=True))
    found = fit_gains(stem_powers(stems, RATE_HZ), np.asarray(mix, np.float32), RATE_HZ)
    assert np.all(found >= 0.0)
    error_db = np.abs(10.0 * np.log10(found / sides**2))
    assert error_db.max() < 1.0
    assert error_db.mean() < 0.3


def test_fitted_levels_are_loudness_of_the_stem_in_the_mix(stems: list[NDArray[np.float32]]) -> None:
    for number, stem in enumerate(stems):
        alone = np.repeat(stem, 2, axis=1)[:, :2] * np.float32(0.25) if stem.shape[1] == 1 else stem * np.float32(0.25)
        levels = fitted_levels_lufs(stem_powers(stems, RATE_HZ), np.asarray(alone, np.float32), RATE_HZ)
        # Both sides of a mono stem add up to 3 dB over one side.
        wanted = stem_powers([alone], RATE_HZ).lufs[0]
        assert levels[number] == pytest.approx(wanted, abs=0.2)
        assert np.delete(levels, number).max() < wanted - 15.0


def test_updates_reach_what_a_general_optimiser_reaches() -> None:
    lots = np.random.default_rng(3)
    columns = lots.exponential(size=(3, 400))
    mixed = np.array([0.5, 2.0, 0.0]) @ columns * lots.uniform(0.7, 1.3, 400)
    floor = 1e-4 * mixed.mean()

    def divergence(gains: NDArray[np.float64]) -> float:
        model, seen = gains @ columns + floor, mixed + floor
        return float(np.sum(seen * np.log(seen / model) - seen + model))

    best = optimize.minimize(divergence, np.ones(3), bounds=[(0.0, None)] * 3, method="L-BFGS-B")
    found = _fitted(columns, mixed)
    assert divergence(found) <= best.fun * 1.001
    np.testing.assert_allclose(found, best.x, atol=0.02)


def test_silent_stems_and_silent_mixes(stems: list[NDArray[np.float32]]) -> None:
    powers = stem_powers([*stems, np.zeros_like(stems[0])], RATE_HZ)
    mix = np.asarray(np.repeat(stems[0], 2, axis=1), np.float32)
    assert fitted_levels_lufs(powers, mix, RATE_HZ)[-1] == -np.inf
    assert not fit_gains(powers, np.zeros_like(mix), RATE_HZ).any()
    short = stem_powers([s[:300] for s in stems], RATE_HZ)
    assert np.isfinite(fit_gains(short, mix[:300], RATE_HZ)).all()


def test_a_given_mix_is_fitted(stems: list[NDArray[np.float32]]) -> None:
    gains = (0.8, 0.3, 0.5, 0.1)
    mix = np.asarray(sum(s * np.float32(g) for s, g in zip(stems, gains, strict=True)), np.float32)
    names = ("bass", "guitar", "hats", "pad")
    reference = Reference(Excerpt("song", "song", RATE_HZ, names, tuple(stems), mix))
    exact = Reference(
        Excerpt("song", "song", RATE_HZ, names, tuple(s * np.float32(g) for s, g in zip(stems, gains, strict=True)))
    )
    assert balance_error_db(reference.wanted_lufs, exact.wanted_lufs) < 0.3


def test_levels_of_real_stems_are_found(shared_data: Path) -> None:
    excerpt = read_excerpt(shared_data / "stems" / "Rubidium-1", 20.0)
    inputs = levelled_inputs(excerpt, "normalised")
    lots = np.random.default_rng(0)
    controls = {
        item.track.id: item.track.channel.controls.replaced(
            {"fader_db": float(lots.uniform(-12, 0)), "pan": float(lots.uniform(-0.8, 0.8)), "mid_gain_db": 3.0}
        )
        for item in inputs
    }
    mix = render_mix(inputs, controls, excerpt.sample_rate_hz)
    assert mix.stem_lufs is not None
    fitted = fitted_levels_lufs(stem_powers(excerpt.stems, RATE_HZ), mix.audio, RATE_HZ)
    assert balance_error_db(fitted, mix.stem_lufs) < 0.6
