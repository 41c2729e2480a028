# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mixassist.audio import writing
from mixassist.audio.atomic import atomic_path, atomic_write_bytes
from mixassist.audio.files import AudioWriter, file_format_for
from mixassist.audio.ogg import page_checksum
from mixassist.domain.errors import MixAssistError

CASES = [
    ("a.wav", 16, "PCM_16", 5e-5),
    ("a.wav", 24, "PCM_24", 6e-8),
    ("a.wav", 32, "FLOAT", 0.0),
    ("a.flac", 16, "PCM_16", 5e-5),
    ("a.flac", 24, "PCM_24", 6e-8),
    ("a.aiff", 24, "PCM_24", 6e-8),
    ("a.aif", 32, "FLOAT", 0.0),
    ("a.caf", 24, "PCM_24", 6e-8),
    ("a.w64", 32, "FLOAT", 0.0),
    ("a.rf64", 24, "PCM_24", 6e-8),
    ("a.ogg", None, "VORBIS", None),
    ("a.mp3", None, "MPEG_LAYER_III", None),
]


def _put(path: Path, audio: np.ndarray, rate: int = 44_100, depth: int | None = None, step: int = 65_536) -> str:
    with AudioWriter(path, rate, audio.shape[1], file_format_for(path, depth)) as writer:
        for start in range(0, len(audio), step):
            writer.write(audio[start : start + step])
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "depth", "subtype", "error"), CASES)
def test_round_trip_and_same_bytes_however_cut(tmp_path, noise, name, depth, subtype, error):
    audio = noise(150_000, 2)
    first = _put(tmp_path / name, audio, depth=depth)
    info = soundfile.info(tmp_path / name)
    assert (info.subtype, info.samplerate, info.frames) == (subtype, 44_100, len(audio))
    if error is not None:
        assert np.abs(soundfile.read(tmp_path / name, dtype="float32")[0] - audio).max() <= error
    again = tmp_path / ("again" + Path(name).suffix)
    assert _put(again, audio, depth=depth, step=7_001) == first
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, again.name])


def test_plain_wav_is_read_by_everybody(tmp_path, noise):
    _put(tmp_path / "a.wav", noise(1000, 2), depth=16)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getnframes()) == (2, 2, 1000)


def test_whole_numbers_survive_unchanged(tmp_path):
    steps = np.arange(-(2**23), 2**23, 9973, dtype=np.int64)
    audio = (steps / 2.0**23).astype(np.float32)[:, None]
    _put(tmp_path / "a.wav", audio, depth=24)
    assert np.array_equal(soundfile.read(tmp_path / "a.wav", dtype="int32")[0] >> 8, steps)


def test_dither_makes_the_error_independent_of_a_faint_tone(tmp_path):
    # A sine of a third of a step vanishes without dither; with TPDF it is there, in noise of half a step RMS.
    tone = (np.sin(2 * np.pi * 1000 * np.arange(441_000) / 44_100) / 3 / 32768).astype(np.float32)[:, None]
    _put(tmp_path / "a.wav", tone, depth=16)
    got = soundfile.read(tmp_path / "a.wav", dtype="int16")[0].astype(float)
    wanted = tone[:, 0].astype(float) * 32768
    assert abs(np.dot(got, wanted) / np.dot(wanted, wanted) - 1) < 0.03
    # TPDF of two steps' width: variance 1/6 + 1/12 of rounding.
    assert np.var(got - wanted) == pytest.approx(0.25, rel=0.02)


def test_overs_clip_in_whole_numbers_and_stay_in_floats(tmp_path):
    audio = np.array([[1.5], [-1.5], [np.nan], [0.0]], np.float32)
    _put(tmp_path / "i.wav", audio, depth=24)
    got = soundfile.read(tmp_path / "i.wav")[0]
    assert got[:2] == pytest.approx([1.0, -1.0], abs=1e-6)
    assert got[2] == 0.0
    _put(tmp_path / "f.wav", audio, depth=32)
    assert soundfile.read(tmp_path / "f.wav")[0][0] == 1.5


@pytest.mark.parametrize(
    ("name", "rate", "written"), [("a.mp3", 96_000, 48_000), ("a.mp3", 88_200, 44_100), ("a.opus", 44_100, 48_000)]
)
def test_rates_a_format_lacks_are_resampled(tmp_path, name, rate, written):
    t = np.arange(rate) / rate
    _put(tmp_path / name, (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)[:, None], rate)
    audio, found = soundfile.read(tmp_path / name)
    assert found == written
    assert abs(len(audio) - written) <= 1
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(audio)) / written)
    middle = slice(written // 4, written // 2)
    assert np.abs(audio[middle] - wanted[middle]).max() < 0.03


def test_wav_becomes_rf64_beyond_its_limit(tmp_path, noise, monkeypatch):
    monkeypatch.setattr(writing, "_WAV_LIMIT_BYTES", 600_000)
    for depth in (16, 24, 32):
        audio = noise(200_000, 2, seed=depth)
        path = tmp_path / f"{depth}.wav"
        _put(path, audio, depth=depth)
        assert path.read_bytes()[:4] == b"RF64"
        got = soundfile.read(path, dtype="float32")[0]
        assert np.abs(got - audio).max() <= (5e-5 if depth == 16 else 6e-8)
    assert len(list(tmp_path.iterdir())) == 3


def test_an_exception_leaves_nothing_and_keeps_the_old_file(tmp_path, noise):
    path = tmp_path / "mix.wav"
    path.write_bytes(b"the old one")
    with pytest.raises(KeyboardInterrupt), AudioWriter(path, 44_100, 1, file_format_for(path)) as writer:
        writer.write(noise(100_000))
        raise KeyboardInterrupt
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.m4a"])
def test_unknown_endings(name):
    with pytest.raises(MixAssistError, match=r"written|ending") as caught:
        file_format_for(name)
    assert ".wav" in caught.value.remedy


def test_depths_a_format_does_not_hold():
    for name, depth in (("a.flac", 32), ("a.wav", 20)):
        with pytest.raises(MixAssistError, match="bits"):
            file_format_for(name, depth)


def test_channels_a_format_does_not_hold(tmp_path):
    path = tmp_path / "a.mp3"
    with pytest.raises(MixAssistError, match="channels"), AudioWriter(path, 44_100, 6, file_format_for(path)):
        pass
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "no" / "a.wav", tmp_path / "file" / "a.wav", tmp_path, Path("/dev/full")):
        with pytest.raises(MixAssistError) as caught, atomic_path(path):
            pass
        assert caught.value.remedy
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


FULL_DISK = """
import resource, sys
import numpy as np
from mixassist.audio.files import AudioWriter, file_format_for
from mixassist.domain.errors import MixAssistError
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
path = sys.argv[1]
try:
    with AudioWriter(path, 44_100, 2, file_format_for(path)) as writer:
        for _ in range(10):
            writer.write(np.full((50_000, 2), 0.1, np.float32))
except MixAssistError as error:
    print("told:", error.subject == path, bool(error.remedy))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX thing")
@pytest.mark.parametrize("name", ["a.wav", "a.ogg"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, name):
    program = FULL_DISK if name == "a.wav" else FULL_DISK.replace("300_000", "2_000")
    done = subprocess.run([sys.executable, "-c", program, tmp_path / name], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "told: True True", done.stderr
    assert not list(tmp_path.iterdir())


def test_links_and_permissions_stay(tmp_path):
    real = tmp_path / "real.txt"
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    atomic_write_bytes(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    if os.name == "posix":
        assert real.stat().st_mode & 0o777 == 0o640


def _slow_checksum(page: bytes) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


@given(st.binary(max_size=300))
def test_ogg_checksum_is_that_of_the_standard(page):
    assert page_checksum(page) == _slow_checksum(page)
