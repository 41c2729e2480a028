# SPDX-License-Identifier: Apache-2.0
"""What is heard is held against pyloudnorm and against sounds of known make."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyloudnorm
import pytest

from mixassist.automix.excerpts import listening_parts, survey
from mixassist.automix.hearing import k_weighting_power, listen, loudness_lufs


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_loudness_agrees_with_pyloudnorm(rate_hz: int) -> None:
    lots = np.random.default_rng(3)
    sound = 0.1 * lots.standard_normal((6 * rate_hz, 2)).astype(np.float32)
    sound[: 2 * rate_hz] *= 0.01
    expected = pyloudnorm.Meter(rate_hz).integrated_loudness(sound)
    assert loudness_lufs(sound, rate_hz) == pytest.approx(expected, abs=0.35)
    assert listen(sound, rate_hz).loudness_lufs == pytest.approx(expected, abs=0.35)


def test_full_scale_sine_reads_minus_three() -> None:
    time = np.arange(5 * 48_000) / 48_000
    sine = np.sin(2.0 * np.pi * 997.0 * time).astype(np.float32)[:, None]
    assert loudness_lufs(sine, 48_000) == pytest.approx(-3.01, abs=0.05)


def test_k_weighting_lifts_treble_by_four_decibels_and_cuts_rumble() -> None:
    low, high = 10.0 * np.log10(k_weighting_power(np.array([20.0, 10_000.0])))
    assert low < -12.0
    assert high == pytest.approx(4.0, abs=0.3)


def test_long_track_is_heard_like_the_whole(sounds: SimpleNamespace) -> None:
    part = sounds.noise_band(200, 4000, 10.0, 1)
    long = np.concatenate([np.zeros(40 * sounds.rate_hz), np.tile(part, 8), np.zeros(30 * sounds.rate_hz)])[
        :, None
    ].astype(np.float32)
    expected = pyloudnorm.Meter(sounds.rate_hz).integrated_loudness(long)
    heard = listen(long, sounds.rate_hz)
    assert heard.loudness_lufs == pytest.approx(expected, abs=0.5)
    assert heard.activity == pytest.approx(80.0 / 150.0, abs=0.05)
    levels = survey(long, sounds.rate_hz)
    assert sum(b - a for a, b in listening_parts(levels, long.shape[0], sounds.rate_hz)) <= 30 * sounds.rate_hz


def test_spectrum_and_attack_tell_a_kick_from_a_voice(sounds: SimpleNamespace) -> None:
    kick = listen(sounds.strokes(55, 0.1, 0.5, 5.0, 0.8)[:, None].astype(np.float32), sounds.rate_hz)
    voice = listen(sounds.noise_band(300, 3000, 5.0, 2)[:, None].astype(np.float32), sounds.rate_hz)
    assert kick.band_db(20.0, 150.0) > -1.0
    assert voice.band_db(20.0, 150.0) < -15.0
    assert kick.attack_db > 12.0 > voice.attack_db


def test_width_and_balance(sounds: SimpleNamespace) -> None:
    left, right = sounds.noise_band(200, 4000, 3.0, 1), sounds.noise_band(200, 4000, 3.0, 2)
    wide = listen(np.stack([left, 0.5 * right], axis=1).astype(np.float32), sounds.rate_hz)
    assert wide.side_db == pytest.approx(0.0, abs=1.0)
    assert wide.balance_db == pytest.approx(6.0, abs=0.7)
    assert listen(np.stack([left, left], axis=1).astype(np.float32), sounds.rate_hz).side_db < -60.0


@pytest.mark.parametrize("frames", [0, 1, 100, 2205])
def test_short_tracks_are_heard_or_silent(sounds: SimpleNamespace, frames: int) -> None:
    heard = listen(sounds.noise_band(200, 4000, 1.0, 1)[:frames, None].astype(np.float32), sounds.rate_hz)
    assert np.all(np.isfinite(heard.bands_db))


def test_nan_counts_as_silence(sounds: SimpleNamespace) -> None:
    sound = sounds.noise_band(200, 4000, 3.0, 1)[:, None].astype(np.float32)
    broken = sound.copy()
    broken[sounds.rate_hz : sounds.rate_hz + 100] = np.nan
    assert listen(broken, sounds.rate_hz).loudness_lufs == pytest.approx(
        listen(sound, sounds.rate_hz).loudness_lufs, abs=0.3
    )
    assert listen(np.full((sounds.rate_hz, 1), np.nan, dtype=np.float32), sounds.rate_hz).is_silent
