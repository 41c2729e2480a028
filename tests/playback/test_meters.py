# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from mixassist.playback.meters import MeterLog, MeterReader, Needle
from mixassist.rendering.play_graph import MixScratch, PlayGraph, PlayStrip, StripMeters, mix_block

RATE = 48_000
BLOCK = 480


def _graph(level: float = 0.5) -> PlayGraph:
    ones = np.full((RATE, 1), level, np.float32)
    return PlayGraph((PlayStrip("a", ones, 0, 1.0, 0.5), PlayStrip("b", ones, 0, 0.0, 0.0)), 2.0, RATE, RATE)


def _note(log: MeterLog, graph: PlayGraph, position: int = 0) -> None:
    meters, out = StripMeters(2), np.zeros((BLOCK, 2), np.float32)
    mix_block(graph, position, out, MixScratch(BLOCK), meters)
    log.note(graph, position, out, meters)


def test_strips_show_their_share_and_the_master_the_mix():
    log, reader = MeterLog(4), MeterReader()
    _note(log, _graph())
    reader.follow(log, RATE)
    assert reader.strips["a"].peak == pytest.approx([0.5, 0.25])
    assert reader.strips["b"].peak == [0.0, 0.0]
    assert reader.master.peak == pytest.approx([1.0, 0.5])
    assert reader.master.over
    assert not reader.strips["a"].over


def test_the_attack_is_instant_and_the_fall_20_db_a_second():
    needle = Needle()
    needle.move(0.01, (1.0, 0.1), (0.0, 0.0), 480)
    assert needle.peak == [1.0, 0.1]
    for _ in range(100):
        needle.move(0.01, (0.0, 0.0), (0.0, 0.0), 480)
    assert 20 * np.log10(needle.peak[0]) == pytest.approx(-20.0)
    needle.move(0.01, (0.9, 0.0), (0.0, 0.0), 480)
    assert needle.peak[0] == 0.9


def test_the_highest_is_held_for_two_seconds_and_latched_until_reset():
    needle = Needle()
    needle.move(0.1, (1.2, 0.0), (0.0, 0.0), 4800)
    for _ in range(19):
        needle.move(0.1, (0.01, 0.0), (0.0, 0.0), 4800)
    assert needle.held[0] == 1.2
    for _ in range(3):
        needle.move(0.1, (0.01, 0.0), (0.0, 0.0), 4800)
    assert needle.held[0] < 0.2
    assert needle.highest[0] == 1.2
    assert needle.over
    needle.reset()
    assert needle.highest == [0.0, 0.0]
    assert not needle.over


def test_rms_settles_at_the_level_of_a_steady_signal():
    needle = Needle()
    for _ in range(300):
        needle.move(0.01, (0.5, 0.5), (480 * 0.25, 480 * 0.01), 480)
    assert needle.rms == pytest.approx([0.5, 0.1], rel=1e-3)


def test_no_block_is_missed_between_two_looks():
    log, reader = MeterLog(4), MeterReader()
    reader.follow(log, RATE)
    _note(log, _graph(0.9))
    for _ in range(9):
        _note(log, _graph(0.0))
    reader.follow(log, RATE)
    assert reader.strips["a"].highest[0] == pytest.approx(0.9)
    assert 20 * np.log10(reader.strips["a"].peak[0] / 0.9) == pytest.approx(-9 * 0.01 * 20.0, abs=1e-3)


def test_what_is_not_heard_yet_is_not_shown_yet():
    log, reader = MeterLog(4), MeterReader()
    _note(log, _graph(0.1))
    _note(log, _graph(0.4))
    reader.follow(log, RATE, behind_frames=BLOCK)
    assert reader.strips["a"].peak[0] == pytest.approx(0.1)
    reader.follow(log, RATE, behind_frames=0)
    assert reader.strips["a"].peak[0] == pytest.approx(0.4)


def test_the_ring_may_run_round_before_somebody_looks():
    log, reader = MeterLog(4), MeterReader()
    for _ in range(1000):
        _note(log, _graph(0.3))
    reader.follow(log, RATE)
    assert reader.strips["a"].peak[0] == pytest.approx(0.3)


def test_strips_that_went_are_forgotten():
    log, reader = MeterLog(4), MeterReader()
    _note(log, _graph())
    reader.follow(log, RATE)
    _note(log, PlayGraph((), 1.0, RATE, RATE))
    reader.follow(log, RATE)
    assert reader.strips == {}
