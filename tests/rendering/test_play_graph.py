# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.rendering.play_graph import MixScratch, Patch, PlayGraph, PlayStrip, StripMeters, mix_block, rising_ramp

RATE = 44_100


def _noise(seed: int, frames: int, sides: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, sides)).astype(np.float32)


def _graph(*strips: PlayStrip, length: int = 1000, master: float = 1.0) -> PlayGraph:
    return PlayGraph(strips, master, length, RATE)


def _mixed(graph: PlayGraph, position: int, frames: int, block: int = 4096) -> np.ndarray:
    out = np.full((frames, 2), 7.0, np.float32)
    scratch = MixScratch(block)
    for start in range(0, frames, block):
        mix_block(graph, position + start, out[start : start + block], scratch)
    return out


def _plain_mix(graph: PlayGraph) -> np.ndarray:
    """The whole mix without patches, by the definition, in float64."""
    out = np.zeros((graph.length_frames, 2))
    for strip in graph.strips:
        end = min(strip.start_frames + len(strip.samples), graph.length_frames)
        part = strip.samples[: max(0, end - strip.start_frames)].astype(np.float64)
        out[strip.start_frames : end, 0] += part[:, 0] * strip.gain_left
        out[strip.start_frames : end, 1] += part[:, -1] * strip.gain_right
    return out * graph.master_gain


def test_it_sums_strips_by_their_gains_and_places():
    graph = _graph(
        PlayStrip("a", _noise(1, 700, 1), 0, 0.5, -0.25),
        PlayStrip("b", _noise(2, 900, 2), 300, 1.5, 0.75),
        PlayStrip("c", _noise(3, 100, 2), 950, 1.0, 1.0),
        master=0.8,
    )
    np.testing.assert_allclose(_mixed(graph, 0, 1000), _plain_mix(graph), atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(position=st.integers(-300, 1300), frames=st.integers(0, 400), block=st.integers(1, 130))
def test_any_block_is_a_cut_of_the_whole_mix_to_the_bit(position: int, frames: int, block: int):
    graph = _graph(
        PlayStrip("a", _noise(1, 700, 1), 0, 0.5, -0.25, (Patch(100, _noise(5, 300, 2), 0.5),)),
        PlayStrip("b", _noise(2, 900, 2), 300, 1.5, 0.75, (Patch(0, _noise(6, 50, 1)), Patch(40, _noise(7, 900, 2)))),
    )
    whole = np.zeros((3000, 2), np.float32)
    whole[1000:2000] = _mixed(graph, 0, 1000)
    assert np.array_equal(_mixed(graph, position, frames, block), whole[1000 + position :][:frames])


def test_it_is_silent_outside_the_session_and_for_silent_strips():
    graph = _graph(PlayStrip("a", _noise(1, 700, 2), 0, 0.0, 0.0), length=500)
    assert not _mixed(graph, 0, 700).any()
    graph = _graph(PlayStrip("a", _noise(1, 700, 2), 0, 1.0, 1.0), length=500)
    assert not _mixed(graph, -100, 100).any()
    assert not _mixed(graph, 500, 100).any()
    assert not _mixed(_graph(), 0, 10).any()


def test_a_patch_replaces_its_stretch_and_fades_at_its_edges():
    old, new = np.full((3000, 1), 1.0, np.float32), np.full((1500, 2), 4.0, np.float32)
    graph = _graph(PlayStrip("a", old, 0, 1.0, 1.0, (Patch(1000, new, 0.5),)), length=3000)
    mix = _mixed(graph, 0, 3000)[:, 0]
    fade = graph.patch_fade_frames
    assert np.all(mix[:1000] == 1.0)
    assert np.all(mix[2500:] == 1.0)
    assert np.all(mix[1000 + fade : 2500 - fade] == 2.0)
    assert np.abs(np.diff(mix)).max() <= 1.01 / (fade + 1)


def test_a_patch_at_a_strips_end_does_not_fade_there():
    old = np.ones((1000, 1), np.float32)
    graph = _graph(PlayStrip("a", old, 0, 1.0, 1.0, (Patch(0, np.full((1200, 1), 3.0, np.float32)),)), length=1200)
    assert np.all(_mixed(graph, 0, 1200) == 3.0)


def test_meters_tell_peak_and_power_of_each_strip_before_the_master():
    a, b = _noise(1, 500, 1), _noise(2, 500, 2)
    graph = _graph(PlayStrip("a", a, 0, 0.5, 0.25), PlayStrip("b", b, 100, -1.0, 2.0), master=0.1)
    meters = StripMeters(2)
    mix_block(graph, 0, np.zeros((600, 2), np.float32), MixScratch(600), meters)
    expected = np.stack((a[:, [0, 0]] * [0.5, 0.25], b * [-1.0, 2.0]))
    np.testing.assert_allclose(meters.peaks, np.abs(expected).max(axis=1), rtol=1e-6)
    np.testing.assert_allclose(meters.square_sums, (expected**2).sum(axis=1), rtol=1e-4)
    meters.clear()
    assert not meters.peaks.any()
    assert not meters.square_sums.any()


def test_mixing_makes_no_new_arrays():
    strips = [
        PlayStrip(str(i), _noise(i, 5000, 1 + i % 2), 10 * i, 0.5, 0.5, (Patch(900, _noise(9, 800, 2)),))
        for i in range(8)
    ]
    graph, scratch, meters = _graph(*strips, length=5000), MixScratch(1024), StripMeters(8)
    out = np.zeros((1024, 2), np.float32)
    mix_block(graph, 0, out, scratch, meters)
    tracemalloc.start()
    try:
        for position in range(0, 4000, 1024):
            mix_block(graph, position, out, scratch, meters)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # One side of one block would be 4,096 bytes; views and numbers are all that is left.
    assert peak_bytes < 4096


def test_a_block_longer_than_the_scratch_is_refused():
    with pytest.raises(ValueError, match="scratch"):
        mix_block(_graph(), 0, np.zeros((10, 2), np.float32), MixScratch(9))


def test_a_ramp_and_its_reverse_add_up_to_one():
    ramp = rising_ramp(353)
    np.testing.assert_allclose(ramp + ramp[::-1], 1.0, atol=1e-6)
    assert 0 < ramp[0] < ramp[-1] < 1
