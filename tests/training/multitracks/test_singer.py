# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import Note
from mixassist.training.multitracks.singer import sing, syllables
from mixassist.training.multitracks.speech import spoken_word
from mixassist.training.multitracks.vocals import VOCAL_INSTRUMENTS, sing_vocals
from mixassist.training.multitracks.voices import DOUBLE, VOICES, Manner, fit_to_range

RATE_HZ = 44_100
needs_singer = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or importlib.util.find_spec("pyworld") is None,
    reason="the singer needs espeak-ng and pyworld (pip install '.[train]')",
)
_MELODY = [Note(0.5 + 0.6 * k, 1.08 + 0.6 * k, pitch, 90) for k, pitch in enumerate((60, 64, 67, 62, 59))]
_WORDS = ["love", "moon", "line"]
_STEADY = Manner(late_s=0.0, off_cents=0.0, vibrato_cents=0.0)


def _lots(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def _part(samples: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    return np.asarray(samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ), 0])


@needs_singer
@pytest.mark.parametrize("voice", [VOICES[1], VOICES[4]], ids=lambda v: v.name)
def test_every_note_is_sung_in_tune(voice, cents_off: Callable[[np.ndarray, float], float]) -> None:
    sung = sing(_MELODY, _lots(), voice=voice, words=_WORDS)
    shift = fit_to_range(_MELODY, voice)
    assert sung.dtype == np.float32 and sung.shape == (round(3.98 * RATE_HZ), 1)
    for note in _MELODY:
        assert abs(cents_off(_part(sung, note.start_s + 0.15, note.end_s - 0.2), note.pitch + shift)) < 50.0


@needs_singer
def test_the_vowel_begins_with_the_note_and_silence_is_silent() -> None:
    notes = [Note(1.0, 1.8, 67, 100), Note(3.0, 3.5, 67, 100)]
    sung = sing(notes, _lots(), words=["moon"], manner=_STEADY, transpose=0)
    vowel_db = 20 * np.log10(np.std(_part(sung, 1.1, 1.4)))
    assert vowel_db > 20 * np.log10(np.std(_part(sung, 0.85, 0.95))) + 3.0  # the consonant, ahead of the note
    assert not np.any(_part(sung, 2.0, 2.3))
    assert 20 * np.log10(np.std(_part(sung, 2.5, 2.75))) < vowel_db - 15.0  # the breath
    active = sung[np.abs(sung) > 1e-3]
    assert np.sqrt(np.mean(active**2)) == pytest.approx(0.1, rel=0.15)


@needs_singer
def test_takes() -> None:
    lead, again = (sing(_MELODY, _lots(1), words=_WORDS) for _ in range(2))
    double = sing(_MELODY, _lots(2), words=_WORDS, manner=DOUBLE)
    assert np.array_equal(lead, again)
    likeness = np.corrcoef(lead[:, 0], double[:, 0])[0, 1]
    assert abs(likeness) < 0.7

    def envelope(samples: np.ndarray) -> np.ndarray:
        power = samples[: len(samples) // 2205 * 2205, 0].astype(np.float64) ** 2
        return np.asarray(power.reshape(-1, 2205).mean(axis=1))

    assert np.corrcoef(envelope(lead), envelope(double))[0, 1] > 0.6


@needs_singer
def test_louder_and_brighter_with_velocity() -> None:
    notes = [Note(0.5, 1.5, 65, 40), Note(1.5, 2.5, 65, 120)]
    sung = sing(notes, _lots(), words=["far"], manner=_STEADY, transpose=0)
    soft, loud = (np.abs(np.fft.rfft(_part(sung, s, s + 0.5))) ** 2 for s in (0.7, 1.7))
    frequencies_hz = np.fft.rfftfreq(22_050, 1 / RATE_HZ)
    assert 10 * np.log10(loud.sum() / soft.sum()) > 6.0
    centroids = [(p * frequencies_hz).sum() / p.sum() for p in (soft, loud)]
    assert 200.0 < centroids[0] < centroids[1] < 3000.0


@needs_singer
def test_only_the_highest_line_is_sung() -> None:
    below = [Note(note.start_s, note.end_s, note.pitch - 7, 90) for note in _MELODY]
    assert np.array_equal(sing([*below, *_MELODY], _lots(), words=_WORDS), sing(_MELODY, _lots(), words=_WORDS))


@pytest.mark.parametrize(
    ("lengths_s", "pitches", "expected"),
    [
        ([0.5, 0.5, 0.5], [60, 62, 64], [1, 1, 1]),
        ([0.5, 0.1, 0.1, 0.5], [60, 62, 64, 62], [3, 1]),
        ([0.1, 0.5, 0.5], [60, 62, 64], [2, 1]),  # a grace note
        ([0.5, 0.1, 0.1], [60, 60, 60], [1, 1, 1]),  # the same pitch again needs a word to be heard
        ([0.1] * 6, [60, 62] * 3, [4, 2]),
    ],
)
def test_quick_runs_stay_on_a_word(lengths_s: list[float], pitches: list[int], expected: list[int]) -> None:
    ends_s = np.cumsum(lengths_s)
    phrase = [Note(e - n, e, pitch, 90) for e, n, pitch in zip(ends_s, lengths_s, pitches, strict=True)]
    assert [len(group) for group in syllables(phrase)] == expected


@needs_singer
def test_a_run_follows_its_pitches(cents_off: Callable[[np.ndarray, float], float]) -> None:
    notes = [Note(0.5, 1.0, 60, 90), Note(1.0, 1.15, 62, 90), Note(1.15, 1.8, 64, 90)]
    sung = sing(notes, _lots(), words=["far"], manner=_STEADY, transpose=0)
    assert abs(cents_off(_part(sung, 0.7, 0.9), 60)) < 30.0
    assert abs(cents_off(_part(sung, 1.3, 1.5), 64)) < 30.0


@needs_singer
def test_lengths_and_nothing_to_sing() -> None:
    assert sing([], _lots(), length_s=1.0).shape == (RATE_HZ, 1)
    assert not np.any(sing([], _lots(), length_s=1.0))
    assert sing(_MELODY, _lots(), words=_WORDS, length_s=1.25).shape == (round(1.25 * RATE_HZ), 1)
    assert np.any(sing([Note(0.0, 0.04, 65, 90)], _lots(), words=["street"]))  # begins before the part does


@needs_singer
def test_vocals_of_a_song() -> None:
    stems = sing_vocals(_MELODY[:2], _lots(4), voice=VOICES[0])
    assert list(stems) == list(VOCAL_INSTRUMENTS)
    assert {stem.shape for stem in stems.values()} == {(round(2.18 * RATE_HZ), 1)}
    assert all(np.std(stem) > 0.01 for stem in stems.values())


def test_without_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("pyworld") is None:
        pytest.skip("needs pyworld")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MixAssistError, match=r"needs espeak-ng.*apt-get install espeak-ng"):
        spoken_word("unspoken", "en-us", 50)


def test_without_pyworld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyworld", None)
    with pytest.raises(MixAssistError, match=r"needs the vocoder pyworld.*mixassist\[train\]"):
        spoken_word("unspoken", "en-us", 51)


@needs_singer
def test_voices_that_espeak_does_not_have() -> None:
    with pytest.raises(MixAssistError, match="cannot speak with the voice nobody"):
        spoken_word("love", "nobody", 50)
