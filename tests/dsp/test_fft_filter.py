# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import fftconvolve

from mixassist.dsp.fft_filter import BlockFilter, BlockPlan, fft_frames, plan_blocks


def _expected(audio: np.ndarray, response: np.ndarray) -> np.ndarray:
    sides = max(len(audio), len(response))
    audio, response = (np.broadcast_to(a, (sides, a.shape[1])) for a in (audio, response))
    return fftconvolve(audio, response, axes=1)[:, : audio.shape[1]]


@given(
    frames=st.integers(1, 9_000),
    response_frames=st.integers(1, 4_000),
    sides=st.sampled_from([(1, 1), (1, 2), (2, 1), (2, 2)]),
    partition_frames=st.sampled_from([512, 1024, 2048]),
    pieces=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_a_fed_filter_is_a_convolution(
    frames: int, response_frames: int, sides: tuple[int, int], partition_frames: int, pieces: int
) -> None:
    random = np.random.default_rng(frames)
    audio = random.standard_normal((sides[0], frames))
    response = random.standard_normal((sides[1], response_frames)) / response_frames
    plan = BlockPlan(2 * partition_frames, -(-response_frames // partition_frames), partition_frames)
    block_filter = BlockFilter.of_response(torch.from_numpy(response), plan, torch.device("cpu"))
    run = block_filter.started()
    size = pieces * block_filter.fresh_frames
    parts = torch.from_numpy(audio).float().split(size, -1)
    found = torch.cat([run(part) for part in parts], -1).numpy()
    expected = _expected(audio, response)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5 * max(np.abs(expected).max(), 1e-3)


@pytest.mark.parametrize("response_frames", [1, 500, 6_000, 22_050, 60_000, 143_325, 312_000])
@pytest.mark.parametrize("partitioned", [False, True])
def test_plans_hold_the_response(response_frames: int, partitioned: bool) -> None:
    plan = plan_blocks(response_frames, 2**18, partitioned=partitioned)
    assert plan.partitions * plan.partition_frames >= response_frames
    assert plan.fft_length > plan.partition_frames
    assert (plan.fft_length - plan.partition_frames) % 512 == 0
    if plan.partitions > 1:
        assert partitioned
        assert plan.fft_length == 2 * plan.partition_frames


@given(frames=st.integers(1, 3_000_000))
def test_fft_lengths(frames: int) -> None:
    length = fft_frames(frames)
    assert frames <= length < max(2 * frames, 3)
    assert length % 2 == 0
