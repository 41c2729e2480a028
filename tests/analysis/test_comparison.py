# SPDX-License-Identifier: Apache-2.0
"""Whole comparisons, of arrays and of files, and their form in JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.analysis.comparison import compare, compare_files
from mixassist.analysis.explained import EXPLAINED
from mixassist.analysis.json_values import json_safe
from mixassist.analysis.measures import loudness_curve, measure, mono_compatibility_lu
from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken

RATE_HZ = 44_100


def music(seconds: float = 2.0, seed: int = 1, rate: int = RATE_HZ) -> np.ndarray:
    """Chords and hits, a different line on each side."""
    t = np.arange(int(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    sides = []
    for _ in range(2):
        tones = sum(np.sin(2 * np.pi * f * t) / 20 for f in rng.uniform(80, 2000, 6))
        sides.append(tones * (0.3 + 0.7 * np.exp(-6 * (t % 0.5))))
    return np.stack(sides, 1).astype(np.float32)


def test_equal_mixes_are_at_no_distance() -> None:
    audio = music()
    found = compare(audio, audio.copy(), RATE_HZ)
    assert found.null_depth_db == found.best_null.null_depth_db == -math.inf
    assert (found.gain_db, found.loudness_difference_lu, found.mean_absolute_error) == (0.0, 0.0, 0.0)
    assert (found.stft_total, found.log_spectral_distance_db, found.error_to_signal_ratio) == (0.0, 0.0, 0.0)
    assert found.notes == ()
    assert found.a == found.b


def test_a_gain_is_matched_away_or_kept() -> None:
    audio = music()
    matched = compare(audio, 0.25 * audio, RATE_HZ)
    assert matched.gain_db == pytest.approx(12.041, abs=1e-3)
    assert matched.stft_total < 1e-3
    assert matched.null_depth_db < -80.0
    kept = compare(audio, 0.25 * audio, RATE_HZ, level_match=False)
    assert kept.gain_db == 0.0
    assert kept.loudness_difference_lu == pytest.approx(-12.041, abs=1e-3)
    assert kept.null_depth_db == pytest.approx(20 * math.log10(0.75), abs=1e-3)
    assert kept.best_null.gain_db == pytest.approx(12.041, abs=1e-3)
    assert kept.log_spectral_distance_db > matched.log_spectral_distance_db + 1.0


def test_the_distance_does_not_depend_on_the_level_of_both() -> None:
    a, b = music(), music(seed=2)
    loud, quiet = compare(a, b, RATE_HZ), compare(0.1 * a, 0.03 * b, RATE_HZ)
    assert loud.stft_total == pytest.approx(quiet.stft_total, rel=1e-3)
    assert loud.stft_total > 0.5


def test_known_measures_of_a_sine() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(5 * 48_000) / 48_000)[:, None].repeat(2, 1)
    found = measure(0.1 * tone, 48_000)
    # A 997 Hz sine of −23 dBFS on both sides is defined to read −23 LUFS (EBU Tech 3341, case 1).
    assert found.integrated_lufs == pytest.approx(-20.0, abs=0.1)
    assert found.max_momentary_lufs == pytest.approx(-20.0, abs=0.1)
    assert found.max_short_term_lufs == pytest.approx(-20.0, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(-20.0, abs=0.1)
    assert found.loudness_range_lu == pytest.approx(0.0, abs=0.1)
    assert found.crest_factor_db == pytest.approx(3.01, abs=0.01)
    assert found.correlation == pytest.approx(1.0)
    assert found.stereo_width_db == -math.inf
    assert found.mono_compatibility_lu == pytest.approx(0.0, abs=1e-9)
    assert max(found.third_octave_db) == pytest.approx(-20.0, abs=0.05)


def test_mono_compatibility_of_known_pictures() -> None:
    left = music()[:, :1]
    assert mono_compatibility_lu(left, RATE_HZ) == pytest.approx(0.0, abs=1e-9)
    assert mono_compatibility_lu(np.hstack((left, -left)), RATE_HZ) == -math.inf
    assert mono_compatibility_lu(np.hstack((left, 0 * left)), RATE_HZ) == pytest.approx(-3.01, abs=0.01)
    assert math.isnan(mono_compatibility_lu(0 * left, RATE_HZ))


def test_loudness_over_time_follows_a_step() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(10 * 48_000) / 48_000)
    tone[: 5 * 48_000] *= 0.1
    (seconds, lufs), (short_seconds, short_lufs) = loudness_curve(tone, 48_000)
    assert lufs[seconds < 4.7] == pytest.approx(-20.0, abs=0.1)
    assert lufs[seconds > 5.3] == pytest.approx(0.0, abs=0.1)
    assert (short_seconds[0], len(short_seconds)) == (1.5, len(short_lufs))


@pytest.mark.parametrize("frames", [0, 1, 100])
def test_silence_and_next_to_nothing(frames: int) -> None:
    found = compare(np.zeros((frames, 2)), np.ones((frames, 1)), RATE_HZ)
    assert any("not matched" in note for note in found.notes)
    assert found.null_depth_db == (math.inf if frames else -math.inf)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text)["not_finite"]["a.integrated_lufs"] == "-inf"


def test_unlike_lengths_channels_and_bad_samples_are_noted() -> None:
    a, b = music(), music()[: RATE_HZ + 5, :1].copy()
    b[3] = np.nan
    found = compare(a, b, RATE_HZ)
    assert found.frames == RATE_HZ + 5
    assert [word for word in ("shorter", "mono", "no numbers") if any(word in note for note in found.notes)] == [
        "shorter",
        "mono",
        "no numbers",
    ]
    assert found.b.not_finite_samples == 1


def test_measures_that_are_known_are_not_taken_again() -> None:
    a, b = music(), music(seed=2)
    again = compare(a, b, RATE_HZ, measures_a=measure(a, RATE_HZ), measures_b=measure(b, RATE_HZ))
    assert again == compare(a, b, RATE_HZ)


def test_every_number_has_words() -> None:
    found = compare(music(), music(seed=2), RATE_HZ).to_dict()
    words_for = {*found["a"], *found} - {"a", "b", "notes", "frames", "sample_rate_hz", "level_match", "best_null"}
    words_for -= {"not_finite", "length_s", "third_octave_db", "not_finite_samples"}
    assert words_for <= set(EXPLAINED)
    assert EXPLAINED["null_depth_db"].text(-math.inf) == "−∞ dB"
    assert EXPLAINED["gain_db"].text(-0.001) == "0.00 dB"
    assert EXPLAINED["correlation"].text(math.nan) == EXPLAINED["correlation"].text(None) == "–"
    assert EXPLAINED["integrated_lufs"].text(-14.04) == "−14.0 LUFS"


def test_a_mono_reference_leaves_the_distance_of_the_sides_open_and_says_how_it_is_measured() -> None:
    wide, mono = music(), music(seed=2)[:, :1]
    found = compare(mono, wide, RATE_HZ)
    assert math.isfinite(found.stft_sum) and found.stft_sum < 10.0
    assert math.isnan(found.stft_total)
    assert found.to_dict()["stft_total"] is None
    assert any("no difference of its sides" in note for note in found.notes)
    alone = integrated_loudness_lufs(mono, RATE_HZ)
    assert found.a.integrated_lufs - alone == pytest.approx(3.01, abs=0.01)
    assert any("first is mono" in note and "3.0 LU" in note for note in found.notes)
    assert any("Both are mono" in note for note in compare(mono, mono, RATE_HZ).notes)


def write(path: Path, audio: np.ndarray, rate: int = RATE_HZ, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


def test_two_equal_files_null_to_minus_infinity(tmp_path: Path) -> None:
    a = write(tmp_path / "a.wav", music())
    b = write(tmp_path / "b.wav", music())
    assert compare_files(a, b).null_depth_db == -math.inf


def test_files_of_unlike_rates_are_brought_together(tmp_path: Path) -> None:
    t44, t48 = np.arange(2 * 44_100) / 44_100, np.arange(2 * 48_000) / 48_000
    a = write(tmp_path / "a.wav", 0.3 * np.sin(2 * np.pi * 700 * t44)[:, None].repeat(2, 1))
    b = write(tmp_path / "b.flac", 0.3 * np.sin(2 * np.pi * 700 * t48), 48_000, "PCM_24")
    shares: list[float] = []
    found = compare_files(a, b, progress=lambda share, what: shares.append(share))
    assert found.sample_rate_hz == 44_100
    assert found.null_depth_db < -50.0
    assert found.stft_sum < 0.2
    assert "48000 Hz to 44100 Hz" in found.notes[0]
    assert any("mono" in note for note in found.notes)
    assert 0.0 <= min(shares) <= max(shares) <= 1.0


@pytest.mark.parametrize("rate", [RATE_HZ, 48_000])
def test_one_absurd_sample_of_a_file_is_silence_and_noted(rate: int, tmp_path: Path) -> None:
    good = music()
    bad = good.copy()
    bad[100, 0], bad[200, 1] = 1e30, np.inf
    found = compare_files(write(tmp_path / "good.wav", good), write(tmp_path / "bad.wav", bad, rate))
    assert found.mean_absolute_error < 0.2
    assert found.b.true_peak_dbtp < 6.0
    assert (found.a.not_finite_samples, found.b.not_finite_samples) == (0, 2)
    assert any(note.startswith("In the second 2 samples are not audio") for note in found.notes)


def test_files_that_cannot_be_compared(tmp_path: Path) -> None:
    good = write(tmp_path / "good.wav", music(0.1))
    six = write(tmp_path / "six.wav", np.zeros((50, 6)))
    text = tmp_path / "text.wav"
    text.write_text("no audio")
    for bad in (six, text, tmp_path / "missing.wav", tmp_path):
        for pair in ((good, bad), (bad, good)):
            with pytest.raises(MixAssistError) as caught:
                compare_files(*pair)
            assert str(bad) in str(caught.value)


def test_cancel_stops_a_comparison(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    path = write(tmp_path / "a.wav", music(0.1))
    with pytest.raises(Cancelled):
        compare_files(path, path, cancel=token)


def test_json_names_what_it_cannot_hold() -> None:
    inner = json_safe({"x": -math.inf, "y": [1.0, math.nan]})
    assert inner == {"x": None, "y": [1.0, None], "not_finite": {"x": "-inf", "y.1": "nan"}}
    outer = json_safe({"part": inner, View.WET: np.float32(0.5), "n": np.arange(2), "p": Path("a"), "s": {"b", "a"}})
    assert outer == {
        "part": {"x": None, "y": [1.0, None]},
        "wet": 0.5,
        "n": [0, 1],
        "p": "a",
        "s": ["a", "b"],
        "not_finite": {"part.x": "-inf", "part.y.1": "nan"},
    }
    with pytest.raises(TypeError, match="x: object"):
        json_safe({"x": object()})
