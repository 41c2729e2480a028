# SPDX-License-Identifier: Apache-2.0
"""Sounds: read anywhere, subtracted, looked at as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from mixassist.analysis.sounds import ArraySound, FramesOf, GraphSound, ResidualSound, strip_alone
from mixassist.audio.pyramid import WaveformPyramid
from mixassist.rendering.play_graph import PlayGraph, PlayStrip

RATE = 44_100


def noise(frames: int, sides: int = 2, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, sides))).astype(np.float32)


def test_outside_of_a_sound_is_silence() -> None:
    audio = noise(100)
    for sound in (
        ArraySound(audio, RATE),
        GraphSound(PlayGraph((PlayStrip("a", audio, 0, 1.0, 1.0),), 1.0, 100, RATE)),
    ):
        block = sound.read(-10, 130)
        assert np.array_equal(block[10:110], audio)
        assert not block[:10].any() and not block[110:].any()
        assert not sound.read(500, 7).any() and sound.read(500, 7).shape == (7, 2)


def test_long_blocks_of_a_graph_equal_short_ones() -> None:
    graph = PlayGraph((PlayStrip("a", noise(200_000), 50, 0.5, 0.25),), 2.0, 210_000, RATE)
    sound = GraphSound(graph)
    whole = sound.read(0, 210_000)
    parts = np.concatenate([sound.read(start, 7000) for start in range(0, 210_000, 7000)])
    assert np.array_equal(whole, parts)
    assert sound.identity != GraphSound(graph).identity


def test_one_strip_alone() -> None:
    first, second = noise(100, 1, 1), noise(100, 2, 2)
    graph = PlayGraph((PlayStrip("a", first, 0, 1.0, 1.0), PlayStrip("b", second, 0, 1.0, 1.0)), 0.5, 100, RATE)
    assert np.array_equal(GraphSound(strip_alone(graph, "b")).read(0, 100), np.float32(0.5) * second)
    with pytest.raises(KeyError):
        strip_alone(graph, "c")


def test_what_remains() -> None:
    a, b = noise(1000, 2, 1), noise(900, 1, 2)
    residual = ResidualSound(ArraySound(a, RATE, "a"), ArraySound(b, RATE, "b"), gain=0.5)
    assert (residual.frames, residual.sides, residual.sample_rate_hz) == (1000, 2, RATE)
    expected = a - np.float32(0.5) * np.pad(b, ((0, 100), (0, 0)))
    assert np.array_equal(residual.read(0, 1000), expected)
    late = ArraySound(np.pad(a, ((30, 0), (0, 0))), RATE, "late")
    assert not ResidualSound(ArraySound(a, RATE, "a"), late, lag_frames=30).read(0, 1000).any()
    again = ResidualSound(ArraySound(a, RATE, "a"), ArraySound(b, RATE, "b"), gain=0.5)
    assert again.identity == residual.identity
    assert ResidualSound(again.a, again.b, gain=0.4).identity != residual.identity
    with pytest.raises(ValueError, match="no difference"):
        ResidualSound(ArraySound(a, RATE), ArraySound(a, 48_000))


def test_a_sound_looks_like_an_array() -> None:
    audio = noise(5000)
    frames = FramesOf(ArraySound(audio, RATE))
    assert len(frames) == 5000 and frames.shape == (5000, 2)
    assert np.array_equal(frames[10:20], audio[10:20])
    assert frames[20:10].shape == (0, 2)
    with pytest.raises(ValueError, match="whole"):
        frames[::2]
    pyramid, reference = WaveformPyramid(frames), WaveformPyramid.build(audio)  # type: ignore[arg-type]
    pyramid.extend(5000)
    for span in ((0, 5000, 7), (100, 300, 200), (0, 5000, 5000)):
        assert all(np.array_equal(x, y) for x, y in zip(pyramid.window(*span), reference.window(*span), strict=True))
