# SPDX-License-Identifier: Apache-2.0
"""Versions: equally loud, in step to the sample, and not to be told apart by what the process does."""

from __future__ import annotations

import math
import tracemalloc
from itertools import permutations

import numpy as np
import pyloudnorm
import pytest
from scipy import signal

from mixassist.domain.errors import MixAssistError
from mixassist.listening.alignment import find_lag
from mixassist.listening.degradations import blocks_of, comb, filtered, mono, noise_at, screening_effects
from mixassist.listening.versions import MATCH_LU, Versions, graph_for_key
from mixassist.playback.outputs import NullOutput
from mixassist.playback.transport import Player
from mixassist.rendering.play_graph import MixScratch, mix_block

from .conftest import RATE

BLOCK = 1024
FADE = round(0.005 * RATE)


@pytest.fixture
def versions(music: np.ndarray) -> Versions:
    """The music, a duller and louder one, and one that is polarity-inverted and softer."""
    made = Versions(("plain", "dull", "soft"), len(music), RATE)
    dull = signal.sosfilt(signal.butter(2, 2000, fs=RATE, output="sos"), music, axis=0) * 1.9
    made.fill(0, blocks_of(music))
    made.fill(1, [dull.astype(np.float32)])
    made.fill(2, [(-0.4 * music).astype(np.float32)])
    return made


def mixed(graph, start: int, frames: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    out = np.zeros((frames, 2), np.float32)
    mix_block(graph, start, out, MixScratch(frames))
    return out


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 6.0), (1.0, 2.5), (3.3, 5.9), (2.0, 2.2)])
def test_the_region_is_equally_loud_to_a_tenth_by_turning_down_alone(
    versions: Versions, start_s: float, end_s: float
) -> None:
    match = versions.match(round(start_s * RATE), round(end_s * RATE))
    assert max(match.gains_db) == 0.0
    assert min(match.gains_db) < -3.0
    meter = pyloudnorm.Meter(RATE)
    part = slice(match.start_frames, match.end_frames)
    heard = [mixed(versions.graph(v, g), 0, versions.frames)[part] for v, g in enumerate(match.gains_db)]
    loudness = [meter.integrated_loudness(h.astype(np.float64)) for h in heard]
    assert max(loudness) - min(loudness) <= MATCH_LU
    assert match.spread_lu <= MATCH_LU


def test_a_region_too_short_to_have_a_loudness_is_made_longer(versions: Versions) -> None:
    match = versions.match(2 * RATE, 2 * RATE + 10)
    assert match.end_frames - match.start_frames == RATE
    assert versions.checked_region(7 * RATE, 6 * RATE) == (5 * RATE, 6 * RATE)


def test_levels_around_the_absolute_gate_are_matched_too(music: np.ndarray) -> None:
    quiet = Versions(("a", "b"), len(music), RATE)
    quiet.fill(0, [music])
    quiet.fill(1, [music * np.float32(10 ** (-40 / 20))])
    assert quiet.match(0, len(music)).spread_lu <= MATCH_LU


def test_a_silent_version_is_named(music: np.ndarray) -> None:
    made = Versions(("loud", "silent"), len(music), RATE)
    made.fill(0, [music])
    with pytest.raises(MixAssistError, match=r"^silent: nothing can be heard there"):
        made.match(0, len(music))


def test_every_version_lies_in_the_same_pages_at_the_same_stride(versions: Versions) -> None:
    graphs = [versions.graph(v) for v in range(3)]
    views = [graph.strips[0].samples for graph in graphs]
    assert len({(v.strides, v.shape, v.dtype, type(v)) for v in views}) == 1
    starts = [v.__array_interface__["data"][0] for v in views]
    assert [s - starts[0] for s in starts] == [0, 8, 16]
    assert len({(s.track_id, s.start_frames, len(s.patches)) for g in graphs for s in g.strips}) == 1


def test_mixing_any_version_takes_the_same_memory(versions: Versions) -> None:
    match = versions.match(0, 3 * RATE)
    graphs = [versions.graph(v, gain) for v, gain in enumerate(match.gains_db)]
    out, scratch = np.zeros((BLOCK, 2), np.float32), MixScratch(BLOCK)
    mix_block(graphs[0], 0, out, scratch)
    peaks = []
    for graph in graphs:
        tracemalloc.start()
        for start in range(0, RATE, BLOCK):
            mix_block(graph, start, out, scratch)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) - min(peaks) < 512
    assert max(peaks) < 16_384


class Deck:
    """A player on a clock driven by hand, going over from one version to another."""

    def __init__(self, versions: Versions) -> None:
        match = versions.match(0, versions.frames)
        self.graphs = [versions.graph(v, gain) for v, gain in enumerate(match.gains_db)]
        self.output = NullOutput(RATE, BLOCK, paced=False)
        self.player = Player(self.output, self.graphs[0])

    def start(self) -> None:
        self.player.seek(RATE)
        self.player.play()
        self.output.advance(4 * BLOCK)


@pytest.fixture
def deck(versions: Versions):  # type: ignore[no-untyped-def]
    made = Deck(versions)
    yield made
    made.player.close()


@pytest.mark.parametrize(("first", "second"), list(permutations(range(3), 2)))
def test_a_switch_begins_with_the_next_block_and_is_over_after_5_ms_to_the_sample(
    deck: Deck, first: int, second: int
) -> None:
    deck.player.set_graph(deck.graphs[first], is_version=True)
    deck.start()
    place = deck.player.position_frames
    deck.player.set_graph(deck.graphs[second], is_version=True)
    heard = deck.output.advance(2 * BLOCK)
    # Behind the fade it is the other version, at the very place where the first would have gone on.
    np.testing.assert_array_equal(heard[FADE:], mixed(deck.graphs[second], place, 2 * BLOCK)[FADE:])
    old, new = (mixed(deck.graphs[v], place, FADE) for v in (first, second))
    weight = (np.arange(1, FADE + 1) / (FADE + 1))[:, None]
    np.testing.assert_allclose(heard[:FADE], old * (1 - weight) + new * weight, atol=1e-6)
    assert FADE < BLOCK  # the whole switch is over before one block of the device is
    assert np.abs(heard[: FADE // 8] - old[: FADE // 8]).max() > 0.0


def test_no_click_can_be_seen_in_the_spectrum_at_a_switch() -> None:
    """Two pure tones: whatever is above them at the switch, the switch has made."""
    time = np.arange(4 * RATE) / RATE
    made = Versions(("low", "lower"), len(time), RATE)
    for v, hz in enumerate((220.0, 311.0)):
        made.fill(v, [np.repeat(0.5 * np.sin(2 * np.pi * hz * time)[:, None], 2, 1).astype(np.float32)])
    deck = Deck(made)
    try:
        deck.start()
        before = deck.output.advance(BLOCK)
        deck.player.set_graph(deck.graphs[1], is_version=True)
        heard = np.concatenate((before, deck.output.advance(3 * BLOCK)))[:, 0].astype(np.float64)
        abrupt = np.concatenate((before[:, 0], mixed(deck.graphs[1], RATE + 5 * BLOCK, 3 * BLOCK)[:, 0]))
    finally:
        deck.player.close()

    def above_4_khz_db(sound: np.ndarray) -> float:
        window = sound[BLOCK - 1024 : BLOCK + 1024] * np.blackman(2048)
        power = np.abs(np.fft.rfft(window)) ** 2
        return float(10 * np.log10(power[round(4000 * 2048 / RATE) :].sum() / power.sum()))

    assert above_4_khz_db(heard) < -70.0
    assert above_4_khz_db(abrupt) > above_4_khz_db(heard) + 20.0  # the measure does see a click


def test_music_does_not_pause_at_a_switch(deck: Deck) -> None:
    deck.start()
    start = deck.player.position_frames
    for turn in range(12):
        deck.player.set_graph(deck.graphs[turn % 3], is_version=True)
        deck.output.advance(BLOCK)
        assert deck.player.position_frames == start + (turn + 1) * BLOCK
        assert deck.player.is_playing


def test_switching_many_times_within_a_block_ends_at_the_last_wish(deck: Deck) -> None:
    deck.start()
    place = deck.player.position_frames
    for turn in range(50):
        deck.player.set_graph(deck.graphs[turn % 3], is_version=True)
    deck.player.set_graph(deck.graphs[2], is_version=True)
    heard = deck.output.advance(BLOCK)
    np.testing.assert_array_equal(heard[FADE:], mixed(deck.graphs[2], place, BLOCK)[FADE:])


def test_going_to_x_is_the_same_work_whether_or_not_x_is_a(deck: Deck) -> None:
    """The fade runs in both cases, because every name has a graph of its own; equal sounds stay equal to the bit."""
    a, x = deck.graphs[0], graph_for_key(deck.graphs[0])
    assert a is not x
    deck.start()
    place = deck.player.position_frames
    deck.player.set_graph(x, is_version=True)
    heard = deck.output.advance(BLOCK)
    assert deck.player._mixer._ramp_done == len(deck.player._mixer._ramp) == FADE
    np.testing.assert_array_equal(heard, mixed(a, place, BLOCK))


def test_the_region_loops_and_a_new_trial_begins_at_its_start(deck: Deck) -> None:
    deck.player.set_loop(RATE, 2 * RATE)
    deck.start()
    deck.output.advance(3 * RATE)
    assert RATE <= deck.player.position_frames < 2 * RATE
    deck.player.set_graph(deck.graphs[1], is_version=True, position_frames=RATE)
    heard = deck.output.advance(BLOCK)
    assert deck.player.position_frames == RATE + BLOCK
    np.testing.assert_array_equal(heard[FADE:], mixed(deck.graphs[1], RATE, BLOCK)[FADE:])


@pytest.mark.parametrize("lag", [0, 1, 37, -1105, 12_000])
@pytest.mark.parametrize("polarity", [1.0, -1.0])
def test_a_lag_is_found_to_the_sample(music: np.ndarray, lag: int, polarity: float) -> None:
    late = np.zeros_like(music)
    if lag >= 0:
        late[lag:] = music[: len(music) - lag]
    else:
        late[:lag] = music[-lag:]
    found = find_lag(music, np.float32(polarity) * late, RATE)
    assert found.frames == lag
    assert found.is_sure


def test_music_that_has_nothing_in_common_is_not_moved() -> None:
    rng = np.random.default_rng(1)
    first, second = (rng.standard_normal((3 * RATE, 2)).astype(np.float32) for _ in range(2))
    assert not find_lag(first, second, RATE).is_sure
    assert find_lag(first[:0], second[:0], RATE).frames == 0


def test_anchors_and_screening_effects_are_what_they_say(music: np.ndarray) -> None:
    def whole(effect, samples: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
        return np.concatenate(list(effect(blocks_of(samples))))

    sides = whole(mono, music)
    np.testing.assert_array_equal(sides[:, 0], sides[:, 1])
    noisy = whole(noise_at(0.0, music, 0, len(music)), music)
    power = float(np.mean(music.astype(np.float64) ** 2))
    assert float(np.mean((noisy - music).astype(np.float64) ** 2)) == pytest.approx(power, rel=0.02)
    echo = whole(comb(44, 0.9), music)
    np.testing.assert_allclose(echo[70_000], music[70_000] + 0.9 * music[70_000 - 44], atol=1e-6)
    sections = signal.butter(4, 4000, fs=RATE, output="sos")
    np.testing.assert_allclose(whole(filtered(sections), music), signal.sosfilt(sections, music, axis=0), atol=1e-5)
    for effect in screening_effects(music, RATE, 0, len(music)):
        changed = whole(effect, music)
        difference = np.sqrt(np.mean((changed - music).astype(np.float64) ** 2) / power)
        assert 20 * math.log10(difference) > -25.0  # there is something to hear
