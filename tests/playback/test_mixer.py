# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.playback.meters import MeterLog
from mixassist.playback.mixer import GraphMixer, Wish
from mixassist.rendering.play_graph import MixScratch, Patch, PlayGraph, PlayStrip, StripMeters, mix_block

RATE = 44_100
SECONDS = 2.0
RAMP_FRAMES = round(0.010 * RATE)


def _sine(hertz: float, level: float = 0.5) -> np.ndarray:
    times = np.arange(round(SECONDS * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * times))[:, None].astype(np.float32)


def _graph(left: float = 0.7, right: float = 0.7, hertz: float = 220.0, master: float = 1.0) -> PlayGraph:
    samples = _sine(hertz)
    return PlayGraph((PlayStrip("a", samples, 0, left, right),), master, len(samples), RATE)


def _exact(graph: PlayGraph, position: int, frames: int) -> np.ndarray:
    out = np.zeros((frames, 2), np.float32)
    mix_block(graph, position, out, MixScratch(frames))
    return out


class _Desk:
    """Fills blocks of one length and joins them."""

    def __init__(self, wish: Wish, block: int = 256) -> None:
        self.mixer = GraphMixer(wish, max_frames=1024)
        self.block = block

    def run(self, wish: Wish, frames: int) -> np.ndarray:
        out = np.zeros((frames, 2), np.float32)
        for start in range(0, frames, self.block):
            self.mixer.fill(out[start : start + self.block], wish, StripMeters(4))
        return out


def _steepest(audio: np.ndarray) -> float:
    return float(np.abs(np.diff(audio, axis=0)).max())


SMOOTH = 0.5 * 2 * np.pi * 220.0 / RATE
"""The steepest step of the tone itself, at unit gain."""
RAMP_STEP = 1.0 / (0.005 * RATE)
"""The steepest step of a ramp over full scale in 5 ms."""


@pytest.mark.parametrize("block", [37, 256, 1024, 5000])
def test_behind_the_ramp_it_is_mix_block_to_the_bit(block: int):
    graph = _graph()
    heard = _Desk(Wish(graph), block).run(Wish(graph, 1, True, 5000), 20_000)
    assert np.array_equal(heard[RAMP_FRAMES:], _exact(graph, 5000, 20_000)[RAMP_FRAMES:])
    assert _steepest(np.vstack((np.zeros((1, 2)), heard))) < SMOOTH + RAMP_STEP


@pytest.mark.parametrize(
    "after",
    [
        _graph(0.1, 0.7),
        _graph(0.0, 0.0),
        _graph(-0.7, 0.7),
        _graph(master=0.2),
        _graph(hertz=330.0),
        PlayGraph((), 1.0, 88_200, RATE),
    ],
    ids=["fader", "mute", "polarity", "master", "render", "no tracks"],
)
@pytest.mark.parametrize("block", [64, 1024])
def test_changes_go_over_within_ten_milliseconds_without_a_click(after: PlayGraph, block: int):
    before = _graph()
    desk = _Desk(Wish(before), block)
    wish = Wish(before, 1, True, 0)
    first = desk.run(wish, 8192)
    second = desk.run(replace(wish, graph=after), 8192)
    assert np.array_equal(second[RAMP_FRAMES:], _exact(after, 8192 + RAMP_FRAMES, 8192 - RAMP_FRAMES))
    steps = np.abs(np.diff(np.vstack((first[-1:], second)), axis=0)).max()
    assert steps < 2 * SMOOTH + 2 * RAMP_STEP
    half = round(0.0025 * RATE)
    assert not np.allclose(second[half : half + 50], _exact(after, 8192 + half, 50), atol=1e-4)


def test_a_gain_change_is_a_linear_ramp():
    ones = np.ones((20_000, 1), np.float32)
    graphs = [PlayGraph((PlayStrip("a", ones, 0, g, g),), 1.0, 20_000, RATE) for g in (1.0, 0.25)]
    desk = _Desk(Wish(graphs[0]), 1024)
    wish = Wish(graphs[0], 1, True, 0)
    desk.run(wish, 2048)
    ramp = desk.run(replace(wish, graph=graphs[1]), 1024)[:, 0]
    moving = ramp[ramp > 0.25]
    np.testing.assert_allclose(np.diff(moving, n=2), 0.0, atol=1e-6)
    assert 0.005 * RATE <= len(moving) <= 0.010 * RATE


def test_a_graph_that_sounds_the_same_changes_nothing():
    first, second = _graph(), _graph()
    desk = _Desk(Wish(first))
    wish = Wish(first, 1, True, 0)
    heard = np.vstack((desk.run(wish, 4096), desk.run(replace(wish, graph=second), 4096)))
    assert np.array_equal(heard[RAMP_FRAMES:], _exact(first, RAMP_FRAMES, 8192 - RAMP_FRAMES))


def test_stop_fades_and_then_is_silent_and_play_goes_on_from_there():
    graph = _graph()
    desk = _Desk(Wish(graph))
    desk.run(Wish(graph, 1, True, 0), 4096)
    fading = desk.run(Wish(graph, 2, False), 1024)
    assert desk.mixer.position == 4096
    assert not desk.mixer.is_playing
    assert fading[:100].any()
    assert not fading[RAMP_FRAMES:].any()
    assert _steepest(np.vstack((_exact(graph, 4095, 1), fading))) < SMOOTH + RAMP_STEP
    again = desk.run(Wish(graph, 3, True), 4096)
    assert np.array_equal(again[RAMP_FRAMES:], _exact(graph, 4096 + RAMP_FRAMES, 4096 - RAMP_FRAMES))


def test_a_seek_crosses_over_to_the_other_place():
    graph = _graph()
    desk = _Desk(Wish(graph))
    desk.run(Wish(graph, 1, True, 0), 4096)
    heard = desk.run(Wish(graph, 2, True, 50_123), 4096)
    assert np.array_equal(heard[RAMP_FRAMES:], _exact(graph, 50_123 + RAMP_FRAMES, 4096 - RAMP_FRAMES))
    assert _steepest(heard) < 2 * SMOOTH + RAMP_STEP


def test_it_stops_at_the_end():
    graph = _graph()
    desk = _Desk(Wish(graph))
    desk.run(Wish(graph, 1, True, graph.length_frames - 1000), 4096)
    assert not desk.mixer.is_playing
    assert desk.mixer.position >= graph.length_frames


@pytest.mark.parametrize("block", [100, 1024, 4096])
def test_a_loop_turns_on_the_frame_without_a_click(block: int):
    graph = _graph()
    desk = _Desk(Wish(graph), block)
    start, end = 10_000, 15_000
    heard = desk.run(Wish(graph, 1, True, start, (start, end)), 12_000)
    expected = _exact(graph, start, end - start)
    for turn in range(2):
        part = heard[turn * 5000 : (turn + 1) * 5000]
        assert np.array_equal(part[RAMP_FRAMES:], expected[RAMP_FRAMES:])
    assert _steepest(heard) < 2 * SMOOTH + RAMP_STEP
    assert desk.mixer.position == 12_000


def test_behind_a_loop_it_plays_straight_on():
    graph = _graph()
    desk = _Desk(Wish(graph))
    desk.run(Wish(graph, 1, True, 30_000, (1000, 9000)), 8192)
    assert desk.mixer.position == 38_192


def test_a_change_just_before_a_loop_turns_does_not_make_it_miss():
    first, second = _graph(), _graph(0.1, 0.1)
    loop = (0, 5000)
    for early in range(0, 600, 50):
        desk = _Desk(Wish(first), 50)
        wish = Wish(first, 1, True, 0, loop)
        desk.run(wish, 5000 - early)
        heard = desk.run(replace(wish, graph=second), 5000)
        assert desk.mixer.position == 5000 - early
        assert _steepest(heard) < 2 * SMOOTH + 2 * RAMP_STEP


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_nothing_ever_clicks(data: st.DataObject):
    graphs = [_graph(), _graph(0.0, 0.9), _graph(-0.4, 0.1), _graph(hertz=200.0)]
    wish = Wish(graphs[0])
    desk = _Desk(wish, data.draw(st.sampled_from([64, 300, 1024])))
    pieces = [np.zeros((1, 2), np.float32)]
    for serial in range(1, 12):
        kind = data.draw(st.sampled_from(["graph", "jump", "loop"]))
        if kind == "graph":
            wish = replace(wish, graph=data.draw(st.sampled_from(graphs)))
        elif kind == "jump":
            position = data.draw(st.none() | st.integers(0, 80_000))
            wish = replace(wish, serial=serial, playing=data.draw(st.booleans()), position=position)
        else:
            start = data.draw(st.integers(0, 60_000))
            wish = replace(wish, loop=data.draw(st.none() | st.just((start, start + 4000))))
        pieces.append(desk.run(wish, data.draw(st.integers(1, 3000))))
    assert _steepest(np.vstack(pieces)) < 2 * SMOOTH + 2 * RAMP_STEP


def test_filling_makes_no_new_arrays():
    graph = _graph()
    mixer, log, meters = GraphMixer(Wish(graph)), MeterLog(4), StripMeters(4)
    wish, out = Wish(graph, 1, True, 0, (0, 8000)), np.zeros((1024, 2), np.float32)
    for _ in range(4):
        mixer.fill(out, wish, meters, log)
    tracemalloc.start()
    try:
        for number in range(20):
            mixer.fill(out, replace(wish, graph=_changed(graph, number)), meters, log)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 20_000  # twenty graphs and their strips; the block itself would be 8,192 bytes each time


def _changed(graph: PlayGraph, number: int) -> PlayGraph:
    return replace(graph, strips=(replace(graph.strips[0], gain_left=0.1 + number / 40),))


def test_another_version_of_the_music_comes_in_within_5_ms_and_otherwise_is_exactly_itself() -> None:
    first, second = _graph(hertz=220.0), _graph(hertz=330.0)
    start = Wish(first, serial=1, playing=True)
    desk = _Desk(Wish(first))
    desk.run(start, 2048)
    heard = desk.run(replace(start, graph=second, is_version=True), 1024)
    fade = round(0.005 * RATE)
    np.testing.assert_array_equal(heard[fade:], _exact(second, 2048 + fade, 1024 - fade))
    assert not np.array_equal(heard[:fade], _exact(second, 2048, fade))
    assert _steepest(heard) < 1.5 * SMOOTH * 0.7 + RAMP_STEP * 0.7


@pytest.mark.parametrize("block", [64, 1024])
def test_a_grain_sounds_once_and_the_playhead_stands_at_its_start(block: int):
    graph, grain = _graph(), 4000
    desk = _Desk(Wish(graph), block)
    heard = desk.run(Wish(graph, 1, True, 20_000, (0, 21_000), grain_frames=grain), 8192)
    assert np.array_equal(heard[RAMP_FRAMES:grain], _exact(graph, 20_000 + RAMP_FRAMES, grain - RAMP_FRAMES))
    assert not heard[grain + RAMP_FRAMES :].any()
    assert desk.mixer.position == 20_000
    assert not desk.mixer.is_playing
    assert _steepest(np.vstack((np.zeros((1, 2)), heard))) < SMOOTH + RAMP_STEP


def test_grains_that_follow_one_another_do_not_click():
    graph = _graph()
    desk = _Desk(Wish(graph), 300)
    pieces = [np.zeros((1, 2), np.float32)]
    for serial in range(1, 20):
        wish = Wish(graph, serial, True, 1000 * serial, grain_frames=4000)
        pieces.append(desk.run(wish, 700 + 150 * serial))
    assert _steepest(np.vstack(pieces)) < 2 * SMOOTH + RAMP_STEP


@pytest.mark.parametrize("path", ["change", "loop", "jump", "grain", "stop", "patches", "long block", "silent"])
def test_no_path_makes_new_arrays(path: str):
    patch = Patch(100, _sine(330.0)[:30_000], 0.8)
    graph = _graph()
    if path == "patches":
        graph = replace(graph, strips=(replace(graph.strips[0], patches=(patch, patch)),))
    other = _graph(0.0, 0.0) if path == "silent" else _graph(0.2)
    mixer, log, meters = GraphMixer(Wish(graph), max_frames=4096), MeterLog(4), StripMeters(4)
    out = np.zeros((10_000 if path == "long block" else 4096, 2), np.float32)
    wish = Wish(graph, 1, True, 0, (0, 3000) if path == "loop" else None)
    wishes = []
    for number in range(30):
        if path in ("change", "silent", "patches"):
            wish = replace(wish, graph=(graph, other)[number % 2])
        elif path == "jump":
            wish = replace(wish, serial=wish.serial + 1, position=500 * number)
        elif path == "grain":
            wish = replace(wish, serial=wish.serial + number % 5 // 4, position=300 * number, grain_frames=700)
        elif path == "stop":
            wish = replace(wish, serial=wish.serial + 1, playing=bool(number % 2), position=None)
        wishes.append(wish)
    for wanted in wishes[:4]:
        mixer.fill(out, wanted, meters, log)
    tracemalloc.start()
    try:
        for wanted in wishes[4:]:
            mixer.fill(out, wanted, meters, log)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # One side of one block would be 16,384 bytes; views and numbers are all that is left.
    assert peak_bytes < 6000
