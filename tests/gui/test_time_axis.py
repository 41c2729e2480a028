# SPDX-License-Identifier: Apache-2.0
"""The time axis, the mouse on it, and what is drawn of waves and spectrograms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from mixassist.analysis.frequency_bands import FrequencyScale
from mixassist.analysis.mel_tiles import MelPicture, look_for
from mixassist.audio.pyramid import WaveformPyramid
from mixassist.gui.views.colour_maps import difference_colours
from mixassist.gui.views.lane_image import lane_image
from mixassist.gui.views.lane_picture import LaneWish, drawn_lane, reduction_over
from mixassist.gui.views.mel_image import band_of_y, mel_image
from mixassist.gui.views.mel_row import label_places
from mixassist.gui.views.time_axis import LEAST_SPAN_FRAMES, TimeAxis
from mixassist.gui.views.time_mouse import TimeMouse
from mixassist.gui.views.wave_row import fitting_top


def axis_of(frames: int) -> TimeAxis:
    axis = TimeAxis()
    axis.show_length(frames, 44_100)
    return axis


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000_000),
    st.lists(
        st.tuples(st.sampled_from(("zoom", "pan", "see")), st.floats(-1e7, 1e7), st.floats(0.01, 100.0)), max_size=12
    ),
)
def test_what_is_seen_never_leaves_the_session(frames: int, moves: list[tuple[str, float, float]]) -> None:
    axis = axis_of(frames)
    for kind, place, size in moves:
        if kind == "zoom":
            axis.zoom(size, place)
        elif kind == "pan":
            axis.pan(place)
        else:
            axis.see(place, size * 1000)
        assert axis.start >= 0
        assert axis.end <= axis.whole_span + 1e-6
        assert LEAST_SPAN_FRAMES <= axis.span <= axis.whole_span


def test_zooming_keeps_the_frame_under_the_mouse() -> None:
    axis = axis_of(1_000_000)
    share = (400_000 - axis.start) / axis.span
    for _ in range(20):
        axis.zoom(1.25, 400_000)
        assert (400_000 - axis.start) / axis.span == pytest.approx(share)


def test_a_whole_view_stays_whole_and_a_selection_is_cut_to_a_shorter_session() -> None:
    axis = axis_of(1000)
    axis.select(900, 200)
    assert axis.selection == (200, 900)
    axis.show_length(500, 44_100)
    assert axis.is_whole
    assert axis.selection == (200, 500)
    axis.show_length(100, 44_100)
    assert axis.selection is None


def test_one_sample_can_be_looked_at() -> None:
    axis = axis_of(1)
    axis.zoom(1000.0)
    assert axis.span == LEAST_SPAN_FRAMES
    axis.select(0, 1)
    assert axis.selection == (0, 1)


def test_the_page_turns_when_the_playhead_runs_out() -> None:
    axis = axis_of(100_000)
    axis.see(0, 10_000)
    axis.follow(9_000, 9_500)
    assert axis.start == 0
    axis.follow(9_900, 10_100)
    assert axis.start < 10_100 < axis.end
    axis.see(50_000, 10_000)
    axis.follow(20_000, 20_500)
    assert axis.start == 50_000


def test_the_mouse_selects_and_moves_an_edge_and_a_still_press_seeks() -> None:
    axis, owner, sought = axis_of(1000), QObject(), []
    mouse = TimeMouse(axis, lambda x: x * 10, lambda f: f / 10, owner)
    mouse.seek_wanted.connect(sought.append)
    mouse.press(20, selecting=True)
    mouse.move(60)
    mouse.release(60)
    assert axis.selection == (200, 600)
    assert sought == []
    mouse.press(61, selecting=True)
    mouse.move(80)
    mouse.release(80)
    assert axis.selection == (200, 800)
    mouse.press(40, selecting=True)
    mouse.release(40)
    assert axis.selection == (200, 800)
    assert sought == [400]


def test_clipping_is_marked_on_the_side_where_it_clips() -> None:
    lows, highs = np.full(30, -0.5), np.full(30, 0.5)
    highs[10], lows[20] = 1.0, -1.0
    image = lane_image(lows, highs, 40, QColor("#00ff00"), QColor("#ff0000"))
    assert image.pixelColor(10, 0) == QColor("#ff0000")
    assert image.pixelColor(10, 39) != QColor("#ff0000")
    assert image.pixelColor(20, 39) == QColor("#ff0000")
    assert image.pixelColor(15, 0).alpha() == 0


def wish(start: float, span: float, columns: int, height: int = 40) -> LaneWish:
    return LaneWish(start, span, columns, height, QColor("#00ff00").rgba(), QColor("#ff0000").rgba(), (0, 0))


def test_close_zooms_give_the_samples_themselves() -> None:
    samples = np.random.default_rng(1).uniform(-1, 1, (500, 2)).astype(np.float32)
    picture = drawn_lane(WaveformPyramid.build(samples), wish(100, 40, 400), None, 512)
    assert picture.image is None
    assert picture.samples is not None
    assert np.array_equal(picture.samples, samples[picture.first : picture.first + len(picture.samples)])
    assert picture.first <= 100
    assert picture.first + len(picture.samples) >= 141


@pytest.mark.parametrize("frames", [0, 1, 7])
def test_tiny_audio_is_drawn(frames: int) -> None:
    pyramid = WaveformPyramid.build(np.ones((frames, 1), np.float32))
    assert drawn_lane(pyramid, wish(0, 24, 300), None, 512).samples is not None
    assert drawn_lane(pyramid, wish(0, 24, 10), np.ones(1, np.float32), 512).image is not None


def test_the_sides_of_a_stereo_track_stand_apart_in_a_high_lane() -> None:
    samples = np.zeros((4000, 2), np.float32)
    samples[:, 0] = np.tile([0.9, -0.9], 2000)
    image = drawn_lane(WaveformPyramid.build(samples), wish(0, 4000, 20, height=80), None, 512).image
    assert image is not None
    left = sum(image.pixelColor(10, y).alpha() for y in range(40)) / 255
    right = sum(image.pixelColor(10, y).alpha() for y in range(40, 80)) / 255
    assert left > 30
    assert right == pytest.approx(1.0, abs=0.1)


def test_gain_reduction_is_the_largest_of_each_column() -> None:
    blocks = np.arange(10, dtype=np.float32)
    assert reduction_over(blocks, 512, 0, 5120, 5).tolist() == [1, 3, 5, 7, 9]
    assert reduction_over(blocks, 512, 512, 1024, 2).tolist() == [1, 1]
    assert reduction_over(blocks, 512, -5120, 0, 4).tolist() == [0, 0, 0, 0]
    assert reduction_over(blocks, 512, 5120, 9000, 3).tolist() == [0, 0, 0]


@pytest.mark.parametrize("scale", list(FrequencyScale))
@pytest.mark.parametrize("height", [44, 90, 250, 700])
def test_frequency_labels_stand_apart_at_their_places(scale: FrequencyScale, height: int) -> None:
    bands = look_for(44_100, scale).grid(0).bands
    places = label_places(bands, height)
    assert len(places) >= 2
    heights = sorted(y for _, y in places)
    assert all(b - a >= 15 for a, b in itertools.pairwise(heights))
    for frequency_hz, y in places:
        assert float(bands.hz_at(band_of_y(y, bands.count, height))) == pytest.approx(frequency_hz, rel=1e-6)


def test_a_spectrogram_image_has_the_colour_of_each_cell() -> None:
    grid = look_for(44_100).grid(2)
    cells = np.full((128, 40), -60.0, np.float32)
    cells[:, 10:20] = -30.0
    cells[:, 30] = np.nan
    known = np.full(40, 2, np.uint8)
    known[35:] = 0
    picture = MelPicture(grid, cells, known, 0)
    colours = np.arange(256, dtype=np.uint32) | np.uint32(0xFF000000)
    drawn = mel_image(picture, picture.start_s, 40 * grid.column_s, 40, 64, colours, -80.0, 0.0, 0xFF00FF00, 0xFFFF0000)
    row = [drawn.image.pixel(x, 32) & 0xFFFFFF for x in range(40)]
    assert row[5] == round(20 / 80 * 255)
    assert row[15] == round(50 / 80 * 255)
    assert row[30] == 0xFF0000
    assert row[37] == 0x00FF00


def test_no_difference_has_the_colour_of_the_ground() -> None:
    for ground in ("#1a1e25", "#f7f8fa"):
        colours = difference_colours(ground)
        assert int(colours[127]) == int(colours[128]) == QColor(ground).rgb()
        lightness = [QColor.fromRgb(int(c)).lightness() for c in colours]
        assert abs(lightness[0] - lightness[127]) > 80
        assert abs(lightness[255] - lightness[127]) > 80


@pytest.mark.parametrize(
    ("peak", "top"), [(0.0, 1.0), (1.0, 1.0), (0.9, 1.0), (0.5, 10 ** (-6 / 20)), (1.5, 10 ** (6 / 20))]
)
def test_a_waveform_s_range_is_the_next_step_of_6_db(peak: float, top: float) -> None:
    assert fitting_top(peak) == pytest.approx(top)
    assert fitting_top(peak) >= peak
