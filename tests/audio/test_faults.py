# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from mixassist.audio.analysis import analyse_stem, analyse_stems
from mixassist.audio.faults import find_faults
from mixassist.audio.files import AudioReader
from mixassist.audio.importing import plan_import
from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.audio.pyramid import WaveformPyramid
from mixassist.audio.stems import StemLibrary
from mixassist.audio.true_peak import true_peak_dbtp
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

RATE = 44_100


def _hits(seed: int, seconds: float = 6.0, every_s: float = 0.5, channels: int = 1) -> np.ndarray:
    """Drum-like bursts: noise and a falling tone, dying away."""
    rng = np.random.default_rng(seed)
    audio = np.zeros((int(seconds * RATE), channels), np.float32)
    t = np.arange(RATE // 3) / RATE
    for start in np.arange(0.1, seconds - 0.5, every_s):
        body = np.sin(2 * np.pi * (80 + 13 * seed) * t + seed)[:, None] * np.exp(-9 * t)[:, None] * 0.5
        burst = body + rng.standard_normal((len(t), channels)) * np.exp(-40 * t)[:, None] * 0.3
        at = int(start * RATE)
        audio[at : at + len(t)] += burst.astype(np.float32)
    return audio


def _kinds(faults) -> list[tuple[str, str, str]]:
    return [(f.kind, f.track_name, f.other) for f in faults]


def test_healthy_stems_have_no_faults(noise):
    stems = {"a": noise(RATE * 4, 2), "b": _hits(1), "c": noise(RATE * 3, 1, seed=5)}
    assert find_faults(stems, RATE) == ()


def test_faults_of_single_stems(noise):
    clipped = np.clip(noise(RATE, 1, level=1.0) * signal.windows.hann(50).sum(), -1, 1)
    low = np.clip(2 * np.sin(2 * np.pi * 100 * np.arange(RATE) / RATE), -1, 1).astype(np.float32)[:, None]
    broken = noise(RATE, 2, seed=2)
    broken[500, 0] = np.nan
    broken[RATE - 1, 1] = np.inf
    stems = {
        "quiet": noise(RATE, level=1e-6),
        "nothing": np.zeros((RATE, 2), np.float32),
        "square": low,
        "loud": clipped,
        "shifted": noise(RATE, seed=3) + 0.02,
        "broken": broken,
        "twins": np.repeat(noise(RATE, seed=4), 2, 1),
    }
    assert _kinds(find_faults(stems, RATE)) == [
        ("silent", "quiet", ""),
        ("silent", "nothing", ""),
        ("clipped", "square", ""),
        ("clipped", "loud", ""),
        ("dc", "shifted", ""),
        ("nan", "broken", ""),
        ("identical_sides", "twins", ""),
    ]


def test_copies_of_one_track_are_told_once_each(noise):
    hits = _hits(2)
    stems = {f"gtr{n}": (0.5 + 0.05 * n) * hits for n in range(6)} | {"other": _hits(5, every_s=0.37)}
    stems["turned"] = -hits + noise(len(hits), level=0.01, seed=8)
    found = [(f.kind, f.track_name, f.other) for f in find_faults(stems, RATE)]
    assert [f for f in found if f[0] == "duplicate"] == [("duplicate", f"gtr{n}", "gtr0") for n in range(1, 6)]
    assert [f for f in found if f[0] == "flipped_polarity"] == [("flipped_polarity", "turned", "gtr0")]


def test_messages_name_numbers(noise):
    audio = noise(RATE, seed=3) + 0.02
    audio[:7] = np.nan
    said = {f.kind: f.message for f in find_faults({"a": audio}, RATE)}
    assert "2.0" in said["dc"]
    assert said["nan"].startswith("7 samples are not audio")
    audio[:6] = 0.0
    assert find_faults({"a": audio}, RATE)[0].message.startswith("1 sample is not audio")


@pytest.mark.parametrize("level", [1e30, -1e30, 1001.0, np.nan, -np.inf])
def test_samples_beyond_anything_audio_can_be_are_silence(level, make_file, noise, library):
    audio = noise(RATE, level=0.1)
    audio[RATE // 2] = level
    stem = library.stem(plan_import([make_file("huge.wav", audio, subtype="FLOAT")]).tracks[0].source, RATE)
    library.decode([stem])
    assert (stem.non_finite_count, float(stem.samples[RATE // 2, 0])) == (1, 0.0)
    assert np.abs(stem.samples).max() < 1.0
    direct = analyse_stem(audio, RATE)
    assert direct.non_finite_count == 1
    assert direct.dc_offset < 0.01 and direct.sample_peak_dbfs < 0.0


def test_a_float_stem_far_over_full_scale_is_told_and_kept(make_file, noise, library):
    audio = noise(RATE, level=0.1)
    audio[RATE // 2] = 900.0
    over = 3.0 * audio / np.abs(audio[: RATE // 4]).max()
    over = over[: RATE // 4]
    assert [(f.kind, f.message[:33]) for f in find_faults({"a": over}, RATE)] == [
        ("over", "goes 9.5 dB over full scale: noth")
    ]
    assert find_faults({"a": over / 2.2}, RATE) == ()
    stem = library.stem(plan_import([make_file("over.wav", audio, subtype="FLOAT")]).tracks[0].source, RATE)
    library.decode([stem])
    assert (stem.non_finite_count, float(stem.samples[RATE // 2, 0])) == (0, 900.0)


def test_peaks_that_touch_full_scale_and_overs_are_not_clipping():
    t = np.arange(RATE) / RATE
    touching = np.sin(2 * np.pi * 1000 * t + 0.1) * np.linspace(0.2, 1, RATE)
    overs = 1.8 * np.sin(2 * np.pi * 300 * t)
    for audio in (touching, overs):
        assert find_faults({"a": audio.astype(np.float32)[:, None]}, RATE) == ()


@pytest.mark.parametrize("gain", [1.0, 0.25])
@pytest.mark.parametrize("channels", [1, 2])
def test_copies_at_any_gain(noise, gain, channels):
    original = _hits(1, channels=channels)
    stems = {"one": original, "other": _hits(2), "copy": (original * gain).astype(np.float32)}
    assert _kinds(find_faults(stems, RATE)) == [("duplicate", "copy", "one")]


def test_a_mono_copy_of_equal_sides():
    mono = _hits(1)
    assert ("duplicate", "b", "a") in _kinds(find_faults({"a": mono, "b": np.repeat(mono, 2, 1)}, RATE))


def test_the_same_middle_with_other_sides_is_no_copy():
    mid, side = _hits(1), _hits(7) * 0.3
    a = np.concatenate((mid + side, mid - side), 1)
    b = np.concatenate((mid - side, mid + side), 1)
    assert find_faults({"a": a, "b": b}, RATE) == ()


@pytest.mark.parametrize("delay", [0, 20])
def test_flipped_polarity_of_two_microphones(noise, delay):
    inside = _hits(1)
    outside = np.roll(inside, delay, axis=0) * 0.6 + noise(len(inside), level=0.01, seed=8)
    lowpass = signal.butter(1, 3000, fs=RATE, output="sos")
    outside = signal.sosfilt(lowpass, outside, axis=0).astype(np.float32)
    assert find_faults({"in": inside, "out": outside, "x": _hits(3, every_s=0.37)}, RATE) == ()
    assert _kinds(find_faults({"in": inside, "out": -outside, "x": _hits(3, every_s=0.37)}, RATE)) == [
        ("flipped_polarity", "out", "in")
    ]


def test_a_real_snare_from_both_sides(shared_data):
    tracks = {}
    for mic, sign in (("top", 1), ("bottom", 1)):
        parts = []
        for layer in range(1, 7):
            with AudioReader(shared_data / "drums" / "snare" / f"v{layer}-snare_{mic}.ogg") as reader:
                parts.append(reader.read(0, 25_000))
        tracks[mic] = np.concatenate(parts) * sign
    # The bottom head moves away from its microphone when the top is struck: as recorded, the two oppose.
    assert _kinds(find_faults(tracks, RATE)) == [("flipped_polarity", "bottom", "top")]
    assert find_faults({"top": tracks["top"], "bottom": -tracks["bottom"]}, RATE) == ()


def test_real_songs_raise_no_false_alarms(shared_data):
    for song in ("Lithium-1", "Potassium-2", "Sodium-1"):
        stems = {}
        for path in sorted((shared_data / "stems" / song).glob("*.ogg")):
            with AudioReader(path) as reader:
                stems[path.stem] = reader.read(0, 15 * RATE)
        assert [f for f in find_faults(stems, RATE) if f.other] == []


def test_very_short_and_empty_stems():
    stems = {"a": np.ones((1, 1), np.float32) * 0.1, "b": np.zeros((0, 2), np.float32)}
    assert ("silent", "b", "") in _kinds(find_faults(stems, RATE))


def test_progress_and_cancel(noise):
    seen: list[float] = []
    find_faults({"a": noise(RATE), "b": noise(RATE)}, RATE, lambda f, _: seen.append(f))
    assert seen == sorted(seen)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        find_faults({"a": noise(RATE)}, RATE, cancel=token)


# Analysis


def test_one_pass_tells_what_the_single_measures_tell(noise):
    audio = noise(RATE * 5, 2)
    audio[RATE : RATE * 3] = 0
    pyramid = WaveformPyramid(audio)
    seen: list[float] = []
    facts = analyse_stem(audio, RATE, lambda f, _: seen.append(f), pyramid=pyramid)
    assert facts.integrated_lufs == pytest.approx(integrated_loudness_lufs(audio, RATE), abs=1e-6)
    assert facts.true_peak_dbtp == pytest.approx(true_peak_dbtp(audio, RATE), abs=1e-6)
    assert facts.rms_dbfs == pytest.approx(20 * np.log10(np.sqrt((audio.astype(float) ** 2).mean(0)).max()), abs=1e-6)
    assert facts.active_share == pytest.approx(0.6, abs=0.03)
    assert (facts.silent, facts.identical_sides, facts.clipped_runs, facts.non_finite_count) == (False, False, 0, 0)
    for ours, built in zip(pyramid._levels, WaveformPyramid.build(audio)._levels, strict=True):
        assert np.array_equal(ours, built)
    assert seen[-1] == 1.0


def test_clipped_runs_are_counted_across_blocks():
    audio = np.zeros((200_000, 1), np.float32)
    for start in (1000, 65_535, 131_070, 150_000):
        audio[start : start + 5] = 1.0
    audio[170_000:170_002] = 1.0
    audio[180_000:180_003] = -1.0
    assert analyse_stem(audio, RATE).clipped_runs == 5


def test_silence():
    facts = analyse_stem(np.zeros((RATE, 2), np.float32), RATE)
    assert facts.silent
    assert facts.integrated_lufs == facts.true_peak_dbtp == facts.rms_dbfs == -math.inf
    assert facts.active_share == 0.0


def test_stems_are_analysed_once(make_file, noise, tmp_path):
    paths = [make_file("a.wav", noise(RATE, 2)), make_file("b.wav", np.repeat(noise(RATE), 2, 1))]
    bad = noise(RATE)
    bad[7] = np.nan
    paths.append(make_file("c.wav", bad, subtype="FLOAT"))
    results = []
    for _ in range(2):
        library = StemLibrary(tmp_path / "cache")
        stems = [library.stem(t.source, RATE) for t in plan_import(paths).tracks]
        library.decode(stems)
        results.append(analyse_stems(stems))
        library.close()
    first, second = results
    assert [a.analysis for a in first] == [b.analysis for b in second]
    assert [a.analysis.identical_sides for a in first] == [False, True, False]
    assert [a.analysis.non_finite_count for a in first] == [0, 0, 1]
    assert [a.pyramid.samples.shape[1] for a in first] == [2, 1, 1]
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.pyramid._levels[0], b.pyramid._levels[0])
