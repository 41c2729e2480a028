# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixassist.domain.instruments import INSTRUMENT
from mixassist.training.multitracks.lyrics import WORDS, draw_lyrics, fit_lyrics
from mixassist.training.multitracks.notes import Note
from mixassist.training.multitracks.speech import FRAME_S
from mixassist.training.multitracks.vocals import VOCAL_INSTRUMENTS, harmony_line, melody_scale, sing_vocals
from mixassist.training.multitracks.voices import (
    CHOIR,
    DOUBLE,
    LEAD,
    VOICES,
    Manner,
    draw_voice,
    fit_to_range,
    tone_curve,
)

_SCALE = [60, 62, 64, 65, 67, 69, 71, 72]


def _line(pitches: list[int], length_s: float = 0.5) -> list[Note]:
    return [Note(k * length_s, (k + 1) * length_s, pitch, 90) for k, pitch in enumerate(pitches)]


@pytest.mark.parametrize("manner", [LEAD, DOUBLE, CHOIR])
def test_the_curve_is_on_every_note_and_glides_between_them(manner: Manner) -> None:
    line = _line(_SCALE)
    curve = tone_curve(line, 0.0, 800, manner, np.random.default_rng(1))
    times_s = FRAME_S * np.arange(800)
    for note in line:
        inside = curve[(times_s > note.start_s + 0.1) & (times_s < note.end_s - 0.1)]
        assert abs(np.median(inside) - note.pitch) < 0.5
    assert np.abs(np.diff(curve)).max() < 0.4  # semitones in 5 ms: no jumps
    assert curve[0] < line[0].pitch  # the scoop


def test_vibrato_comes_late_to_long_notes_only() -> None:
    manner = replace(LEAD, off_cents=0.0, vibrato_cents=50.0)
    still = replace(manner, vibrato_cents=0.0)

    def wavering(length_s: float) -> np.ndarray:
        frames = round(length_s / FRAME_S)
        line = [Note(0.0, length_s, 60, 90)]
        with_it, without = (tone_curve(line, 0.0, frames, m, np.random.default_rng(2)) for m in (manner, still))
        return with_it - without

    assert np.abs(wavering(0.25)).max() < 1e-6
    long = wavering(2.0)
    assert np.abs(long[: round(0.25 / FRAME_S)]).max() < 1e-6
    assert np.abs(long[120:]).max() == pytest.approx(0.5, abs=0.02)
    crossings = np.count_nonzero(np.diff(np.sign(long[130:380])) != 0)
    assert 4.5 < crossings / 2 / (250 * FRAME_S) < 6.7


@pytest.mark.parametrize("octaves", [-2, -1, 0, 1, 2, 3])
def test_melodies_move_by_octaves_into_the_range(octaves: int) -> None:
    for voice in VOICES:
        line = [replace(note, pitch=note.pitch + 12 * octaves) for note in _line(_SCALE)]
        shift = fit_to_range(line, voice)
        assert shift % 12 == 0
        middle = np.mean([note.pitch + shift for note in line])
        assert abs(middle - (voice.lowest + voice.highest) / 2) <= 6.0
    assert fit_to_range([], VOICES[0]) == 0


def test_singers_differ() -> None:
    lots = np.random.default_rng(1)
    assert len({draw_voice(lots) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("pitches", "steps", "expected"),
    [
        (_SCALE, 2, [64, 65, 67, 69, 71, 72, 74, 76]),
        (_SCALE, -2, [57, 59, 60, 62, 64, 65, 67, 69]),
        ([*_SCALE, 66], 2, [64, 65, 67, 69, 71, 72, 74, 76, 70]),
        ([p + 2 for p in _SCALE], 2, [66, 67, 69, 71, 73, 74, 76, 78]),
    ],
)
def test_thirds_keep_to_the_scale(pitches: list[int], steps: int, expected: list[int]) -> None:
    moved = harmony_line(_line(pitches), steps)
    assert [note.pitch for note in moved] == expected
    assert [note.start_s for note in moved] == [note.start_s for note in _line(pitches)]


def test_the_scale_of_a_melody() -> None:
    assert melody_scale(_line([p + 7 for p in _SCALE])) == (0, 2, 4, 6, 7, 9, 11)


def test_words() -> None:
    assert len(set(WORDS)) == len(WORDS) > 120
    words = draw_lyrics(100, np.random.default_rng(1))
    assert len(words) == 100 and set(words) <= set(WORDS)
    assert len(set(words)) <= 36  # they come back
    assert words == draw_lyrics(100, np.random.default_rng(1)) != draw_lyrics(100, np.random.default_rng(2))
    assert fit_lyrics(["a", "b"], 5) == ["a", "b", "a", "b", "a"]
    assert fit_lyrics([], 0) == []
    with pytest.raises(ValueError, match="nothing to sing"):
        fit_lyrics([], 1)


def test_parts_of_the_vocals() -> None:
    assert set(VOCAL_INSTRUMENTS.values()) <= INSTRUMENT.keys()
    with pytest.raises(ValueError, match="Yodel"):
        sing_vocals(_line(_SCALE), np.random.default_rng(1), parts=["Yodel"])
