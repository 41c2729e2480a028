# SPDX-License-Identifier: Apache-2.0
"""The stereo picture of known signals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mixassist.analysis.goniometer import goniometer_points, stereo_field


def test_known_pictures_lie_where_a_goniometer_shows_them() -> None:
    wave = np.linspace(-1.0, 1.0, 501)
    silent = np.zeros_like(wave)
    pictures = {
        "mono": (np.stack((wave, wave), 1), (0.0, math.sqrt(2.0))),
        "left": (np.stack((wave, silent), 1), (-math.sqrt(0.5), math.sqrt(0.5))),
        "right": (np.stack((silent, wave), 1), (math.sqrt(0.5), math.sqrt(0.5))),
        "opposite": (np.stack((-wave, wave), 1), (math.sqrt(2.0), 0.0)),
    }
    for audio, (across, up) in pictures.values():
        points = goniometer_points(audio)
        assert np.allclose(points[-1], (across, up), atol=1e-6)
        assert np.allclose(points, np.outer(wave, (across, up)), atol=1e-6)
    assert np.allclose(goniometer_points(wave), goniometer_points(np.stack((wave, wave), 1)))


def test_points_are_few_and_finite() -> None:
    audio = np.ones((100_000, 2), np.float32)
    audio[0] = np.nan, np.inf
    points = goniometer_points(audio, 1000)
    assert 500 < len(points) <= 1000
    assert np.isfinite(points).all()
    assert goniometer_points(np.zeros((0, 2))).shape == (0, 2)
    assert goniometer_points(np.zeros((1, 1))).shape == (1, 2)


def test_the_field_counts_every_sample_once() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((2, 50_000))
    mono = stereo_field(np.stack((left, left), 1))
    middle = mono.density.shape[1] // 2
    assert mono.density.sum() == pytest.approx(1.0)
    assert mono.density[:, middle].sum() == pytest.approx(1.0)
    assert mono.reach == pytest.approx(math.sqrt(2.0) * np.abs(left).max())
    opposite = stereo_field(np.stack((left, -left), 1))
    assert opposite.density[middle].sum() == pytest.approx(1.0)
    unrelated = stereo_field(np.stack((left, right), 1)).density
    # Two independent normal signals: a round cloud, as high as wide.
    places = np.arange(len(unrelated)) - middle
    wide, high = ((unrelated.sum(axis=axis) * places**2).sum() for axis in (0, 1))
    assert wide == pytest.approx(high, rel=0.05)


def test_silence_and_one_sample_have_a_field() -> None:
    assert stereo_field(np.zeros((100, 2))).density.sum() == 0.0
    assert stereo_field(np.zeros((0, 2))).density.sum() == 0.0
    assert stereo_field(np.ones((1, 1))).density.sum() == 1.0
