# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.audio.pyramid import BASE_FRAMES, WaveformPyramid
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken


def _edges(start: int, end: int, columns: int) -> list[tuple[int, int]]:
    marks = [start + c * (end - start) // columns for c in range(columns + 1)]
    return [(a, max(b, a + 1)) for a, b in itertools.pairwise(marks)]


def _brute(samples: np.ndarray, start: int, end: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.zeros((columns, samples.shape[1])), np.zeros((columns, samples.shape[1]))
    for column, (a, b) in enumerate(_edges(start, end, columns)):
        part = samples[max(a, 0) : max(b, 0)]
        if len(part):
            low[column], high[column] = part.min(0), part.max(0)
    return low, high


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 3000),
    st.integers(1, 2),
    st.integers(-500, 3500),
    st.integers(1, 3000),
    st.integers(1, 400),
    st.integers(0, 99),
)
def test_close_zooms_are_exact(frames, channels, start, width, columns, seed):
    samples = np.random.default_rng(seed).standard_normal((frames, channels)).astype(np.float32)
    low, high = WaveformPyramid.build(samples).window(start, start + width, columns)
    if width / columns <= 4 * BASE_FRAMES:
        wanted = _brute(samples, start, start + width, columns)
        assert np.array_equal(low, wanted[0])
        assert np.array_equal(high, wanted[1])


@settings(max_examples=60, deadline=None)
@given(st.integers(20_000, 300_000), st.integers(0, 100_000), st.integers(1, 40), st.integers(0, 99))
def test_far_zooms_miss_no_peak_and_invent_none(frames, start, columns, seed):
    samples = np.random.default_rng(seed).standard_normal((frames, 2)).astype(np.float32)
    end = max(frames, start + 1)
    low, high = WaveformPyramid.build(samples).window(start, end, columns)
    exact_low, exact_high = _brute(samples, start, end, columns)
    assert (low <= exact_low).all()
    assert (high >= exact_high).all()
    width = (end - start) / columns
    for column, (a, b) in enumerate(_edges(start, end, columns)):
        slack = int(max(width / 4, BASE_FRAMES)) + 1
        around = samples[max(a - slack, 0) : b + slack]
        if len(around) and a < frames:
            assert (low[column] >= around.min(0)).all()
            assert (high[column] <= around.max(0)).all()


@pytest.mark.parametrize("step", [100, 256, 1000, 70_000])
def test_growing_gives_what_building_gives(noise, step):
    samples = noise(150_001, 2)
    whole, growing = WaveformPyramid.build(samples), WaveformPyramid(samples)
    for ready in range(0, len(samples) + step, step):
        growing.extend(ready)
    assert growing.ready_frames == len(samples)
    for a, b in zip(whole._levels, growing._levels, strict=True):
        assert np.array_equal(a, b)


def test_what_is_not_ready_is_flat(noise):
    samples = noise(100_000) + 1
    pyramid = WaveformPyramid(samples)
    pyramid.extend(50_000)
    low, high = pyramid.window(0, 100_000, 10)
    assert (high[:5] > 1).all()
    assert not high[5:].any()
    assert not low[5:].any()


def test_single_samples_repeat_when_columns_are_narrower():
    samples = np.arange(10, dtype=np.float32)[:, None]
    low, high = WaveformPyramid.build(samples).window(2, 5, 6)
    assert low[:, 0].tolist() == high[:, 0].tolist() == [2, 2, 3, 3, 4, 4]


def test_empty_requests(noise):
    pyramid = WaveformPyramid.build(noise(1000, 2))
    assert pyramid.window(10, 10, 5)[0].shape == (5, 2)
    assert pyramid.window(0, 100, 0)[0].shape == (0, 2)
    assert not pyramid.window(5000, 6000, 7)[1].any()
    assert WaveformPyramid.build(np.zeros((0, 1), np.float32)).window(0, 10, 2)[0].shape == (2, 1)


def test_progress_and_cancel(noise):
    seen: list[float] = []
    WaveformPyramid.build(noise(2_500_000), lambda f, _: seen.append(f))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        WaveformPyramid.build(noise(1000), cancel=token)
