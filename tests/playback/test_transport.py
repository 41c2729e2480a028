# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.playback.outputs import NullOutput
from mixassist.playback.read_ahead import touch
from mixassist.playback.transport import Player
from mixassist.rendering.play_graph import MixScratch, Patch, PlayGraph, PlayStrip, Samples, mix_block

RATE = 44_100
LENGTH = 3 * RATE
RAMP = round(0.010 * RATE)


def _graph(gain: float = 0.5, strips: int = 2, length: int = LENGTH) -> PlayGraph:
    rng = np.random.default_rng(2)
    made = [
        PlayStrip(f"t{n}", rng.uniform(-0.3, 0.3, (length, 1 + n % 2)).astype(np.float32), 0, gain, gain)
        for n in range(strips)
    ]
    return PlayGraph(tuple(made), 1.0, length, RATE)


def _exact(graph: PlayGraph, position: int, frames: int) -> Samples:
    out = np.zeros((frames, 2), np.float32)
    mix_block(graph, position, out, MixScratch(frames))
    return out


@pytest.fixture
def clock() -> NullOutput:
    return NullOutput(RATE, block_frames=512, paced=False)


@pytest.fixture
def player(clock: NullOutput) -> Iterator[Player]:
    player = Player(clock, _graph())
    yield player
    player.close()
    assert not [t for t in threading.enumerate() if t.name in ("read-ahead", "null-output")]


def test_it_plays_what_the_export_writes(player: Player, clock: NullOutput):
    player.play()
    heard = clock.advance(2 * RATE)
    assert np.array_equal(heard[RAMP:], _exact(player.graph, RAMP, 2 * RATE - RAMP))
    assert player.position_frames == 2 * RATE
    assert player.is_playing


def test_stopped_it_is_silent_and_stands_still(player: Player, clock: NullOutput):
    assert not clock.advance(1000).any()
    player.play()
    clock.advance(5120)
    player.stop()
    clock.advance(1024)
    assert not player.is_playing
    assert player.position_frames == 5120
    assert not clock.advance(1024).any()


@pytest.mark.parametrize("playing", [False, True])
def test_a_seek_counts_at_once_and_keeps_the_transport_as_it_was(player: Player, clock: NullOutput, playing: bool):
    if playing:
        player.play()
        clock.advance(1024)
    player.seek(50_000)
    assert player.position_frames == 50_000
    assert player.is_playing is playing
    clock.advance(1024)
    assert player.position_frames == 50_000 + (1024 if playing else 0)


def test_a_seek_that_no_block_has_followed_yet_is_not_lost(player: Player, clock: NullOutput):
    player.seek(50_000)
    player.play()
    player.stop()
    player.play()
    clock.advance(512)
    assert player.position_frames == 50_512


@pytest.mark.parametrize(("wanted", "expected"), [(-5, 0), (10 * LENGTH, LENGTH)])
def test_a_seek_stays_inside_the_session(player: Player, wanted: int, expected: int):
    player.seek(wanted)
    assert player.position_frames == expected


def test_at_the_end_it_stops_and_play_begins_anew(player: Player, clock: NullOutput):
    player.seek(LENGTH - 100)
    player.play()
    clock.advance(2048)
    assert not player.is_playing
    player.play()
    clock.advance(1024)
    assert player.position_frames == 1024


def test_a_graph_is_swapped_while_it_plays(player: Player, clock: NullOutput):
    player.play()
    clock.advance(4096)
    other = _graph(0.1, strips=100)
    player.set_graph(other)
    heard = clock.advance(4096)
    assert np.array_equal(heard[RAMP:], _exact(other, 4096 + RAMP, 4096 - RAMP))
    assert player.meters().strips.keys() == {f"t{n}" for n in range(100)}


def test_a_graph_of_another_rate_is_refused(player: Player):
    with pytest.raises(ValueError, match="48000"):
        player.set_graph(PlayGraph((), 1.0, 0, 48_000))


def test_it_loops(player: Player, clock: NullOutput):
    player.set_loop(10_000, 20_000)
    player.seek(10_000)
    player.play()
    clock.advance(25_600)
    assert player.position_frames == 15_600
    player.set_loop(None)
    assert player.loop is None
    clock.advance(10_240)
    assert player.position_frames == 25_840


def test_a_loop_has_a_least_length_and_a_direction(player: Player):
    player.set_loop(20_000, 10_000)
    assert player.loop == (10_000, 20_000)
    player.set_loop(5000, 5001)
    assert player.loop == (5000, 5000 + round(0.05 * RATE))


def test_meters_follow_what_plays(player: Player, clock: NullOutput):
    player.play()
    clock.advance(20_480)
    needles = player.meters()
    assert needles.strips["t0"].peak[0] == pytest.approx(0.15, abs=0.01)
    assert needles.master.peak[0] == pytest.approx(0.3, abs=0.05)
    player.stop()
    clock.advance(2 * RATE)
    assert player.meters().master.peak[0] < 0.01


def test_it_goes_on_at_the_same_place_on_another_output(player: Player, clock: NullOutput):
    player.play()
    clock.advance(5120)
    other = NullOutput(RATE, block_frames=256, paced=False)
    player.set_output(other)
    heard = other.advance(5120)
    assert np.array_equal(heard, _exact(player.graph, 5120, 5120))
    assert not clock.advance(512).any()
    assert player.position_frames == 10_240


class _BrokenOutput(NullOutput):
    def start(self, fill: object) -> None:
        raise MixAssistError("the sound device does not open")


def test_an_output_that_does_not_start_leaves_the_old_one_playing(player: Player, clock: NullOutput):
    player.play()
    clock.advance(5120)
    with pytest.raises(MixAssistError):
        player.set_output(_BrokenOutput(RATE, paced=False))
    assert np.array_equal(clock.advance(512), _exact(player.graph, 5120, 512))


def test_an_output_of_another_rate_is_refused(player: Player):
    with pytest.raises(ValueError, match="48000"):
        player.set_output(NullOutput(48_000, paced=False))


def test_the_paced_clock_runs_by_itself():
    heard = threading.Event()
    blocks: list[int] = []

    def fill(out: Samples) -> None:
        blocks.append(len(out))
        if len(blocks) == 5:
            heard.set()

    output = NullOutput(RATE, block_frames=128)
    output.start(fill)
    assert heard.wait(60.0)
    output.close()
    output.close()
    count = len(blocks)
    assert set(blocks) == {128}
    assert count == len(blocks)


def test_reading_ahead_touches_audible_samples_and_patches_only():
    samples = np.zeros((1000, 2), np.float32)
    strips = (
        PlayStrip("a", samples, 100, 1.0, 1.0, (Patch(200, np.zeros((50, 1), np.float32)),)),
        PlayStrip("b", samples, 0, 0.0, 0.0),
    )
    graph = PlayGraph(strips, 1.0, 2000, RATE)
    assert touch(graph, 0, 5000) == 1050
    assert touch(graph, 320, 100) == 100 + 30
    assert touch(graph, 5000, 100) == 0
    assert touch(graph, 0, 5000, lambda: True) == 0


def test_a_dragged_playhead_sounds_and_stands_where_it_is(player: Player, clock: NullOutput):
    player.scrub(30_000)
    assert player.position_frames == 30_000
    assert not player.is_playing
    heard = clock.advance(2048)
    assert np.array_equal(heard[RAMP:2048], _exact(player.graph, 30_000 + RAMP, 2048 - RAMP))
    clock.advance(8192)
    assert not clock.advance(1024).any()
    assert player.position_frames == 30_000
    player.end_scrub()
    clock.advance(1024)
    assert not player.is_playing
    assert player.position_frames == 30_000


def test_after_a_drag_it_plays_on_from_there_if_it_played(player: Player, clock: NullOutput):
    player.play()
    clock.advance(4096)
    for place in (20_000, 21_000, 50_000):
        player.scrub(place)
        clock.advance(512)
    player.end_scrub()
    player.end_scrub()
    assert player.is_playing
    heard = clock.advance(4096)
    assert np.array_equal(heard[RAMP:], _exact(player.graph, 50_000 + RAMP, 4096 - RAMP))
    assert player.position_frames == 54_096


def test_play_in_the_middle_of_a_grain_begins_where_the_playhead_stands(player: Player, clock: NullOutput):
    player.scrub(30_000)
    clock.advance(1024)
    player.play()
    clock.advance(1024)
    assert player.is_playing
    assert player.position_frames == 31_024


class _Fickle(NullOutput):
    """A device that cannot be opened twice at once, as hardware without mixing is."""

    open_now = 0

    def __init__(self, rate: int = RATE, starts: bool = True) -> None:
        if _Fickle.open_now:
            raise MixAssistError("the sound device is busy")
        super().__init__(rate, block_frames=512, paced=False)
        _Fickle.open_now, self.starts, self.is_shut = 1, starts, False

    def start(self, fill) -> None:  # type: ignore[no-untyped-def]
        if not self.starts:
            raise MixAssistError("the sound device does not start")
        super().start(fill)

    def close(self) -> None:
        if not self.is_shut:
            self.is_shut, _Fickle.open_now = True, 0
        super().close()


@pytest.fixture
def fickle() -> Iterator[Player]:
    _Fickle.open_now = 0
    player = Player(_Fickle(), _graph())
    yield player
    player.close()
    assert _Fickle.open_now == 0


def test_a_busy_device_is_closed_before_it_is_opened_again(fickle: Player):
    fickle.play()
    fickle.output.advance(1024)
    fickle.change_output(_Fickle, _Fickle)
    fickle.output.advance(1024)
    assert fickle.position_frames == 2048


def test_a_device_that_fails_leaves_the_former_playing(fickle: Player):
    fickle.play()
    fickle.output.advance(1024)
    with pytest.raises(MixAssistError, match="does not start"):
        fickle.change_output(lambda: _Fickle(starts=False), _Fickle)
    heard = fickle.output.advance(1024)
    assert np.array_equal(heard, _exact(fickle.graph, 1024, 1024))


def test_a_device_that_does_not_open_beside_another_that_stays(player: Player, clock: NullOutput):
    def opener() -> NullOutput:
        raise MixAssistError("no such device")

    player.play()
    clock.advance(1024)
    spare = NullOutput(RATE, block_frames=512, paced=False)
    with pytest.raises(MixAssistError, match="no such device"):
        player.change_output(opener, lambda: spare)
    assert np.array_equal(spare.advance(1024), _exact(player.graph, 1024, 1024))


class _Counting(NullOutput):
    @property
    def underruns(self) -> int:
        return 3


def test_underruns_are_counted_over_all_devices():
    player = Player(_Counting(RATE, paced=False), _graph())
    player.set_output(_Counting(RATE, paced=False))
    assert player.underruns == 6
    player.close()
