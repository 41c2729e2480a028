# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.files import AudioReader, probe, sha256_of
from mixassist.audio.mpeg import frame_bytes
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken

FORMATS = [
    ("a.wav", {"subtype": "PCM_16"}, 4e-5),
    ("a.wav", {"subtype": "PCM_24"}, 2e-7),
    ("a.wav", {"subtype": "PCM_32"}, 1e-7),
    ("a.wav", {"subtype": "PCM_U8"}, 0.01),
    ("a.wav", {"subtype": "FLOAT"}, 0.0),
    ("a.wav", {"subtype": "DOUBLE"}, 0.0),
    ("a.wav", {"format": "WAVEX", "subtype": "PCM_24"}, 2e-7),
    ("a.rf64", {"subtype": "PCM_24"}, 2e-7),
    ("a.w64", {"subtype": "PCM_24"}, 2e-7),
    ("a.aiff", {"subtype": "PCM_24"}, 2e-7),
    ("a.caf", {"subtype": "FLOAT"}, 0.0),
    ("a.flac", {"subtype": "PCM_24"}, 2e-7),
    ("a.au", {"subtype": "PCM_16"}, 4e-5),
    ("a.ogg", {"subtype": "VORBIS"}, 0.11),
    ("a.opus", {"format": "OGG", "subtype": "OPUS"}, 0.11),
    ("a.mp3", {}, 0.11),
]


def _tones(rate: int, seconds: float = 1.0) -> np.ndarray:
    t = np.arange(int(rate * seconds)) / rate
    return np.stack((0.4 * np.sin(2 * np.pi * 440 * t), 0.3 * np.sin(2 * np.pi * 660 * t)), 1).astype(np.float32)


@pytest.mark.parametrize(("name", "how", "error"), FORMATS)
def test_reads_every_format(make_file, name, how, error):
    rate = 48_000
    audio = _tones(rate)
    path = make_file(name, audio, rate, **how)
    facts = probe(path)
    assert (facts.sample_rate_hz, facts.channel_count, facts.frames) == (rate, 2, len(audio))
    assert facts.size_bytes == path.stat().st_size
    assert facts.sha256 == ""
    with AudioReader(path) as reader:
        whole = reader.read(0, reader.frames)
        # Lossy coders blur the sudden start and end.
        inside = slice(2000, -2000) if error > 0.1 else slice(None)
        assert np.abs(whole[inside] - audio[inside]).max() <= error
        assert np.array_equal(reader.read(20_000, 5_000), whole[20_000:25_000])
        assert reader.missing_frames == 0


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.flac"])
@pytest.mark.parametrize("block", [1777, 65_536])
def test_reading_on_is_reading_at_once(make_file, noise, name, block):
    path = make_file(name, noise(300_000, 2))
    with AudioReader(path) as reader:
        pieces = [reader.read(start, min(block, 300_000 - start)) for start in range(0, 300_000, block)]
        assert reader.missing_frames == 0
        jumped = reader.read(123_457, 20_000)
    whole = soundfile.read(path, dtype="float32")[0]
    assert np.array_equal(np.concatenate(pieces), whole)
    assert np.array_equal(jumped, whole[123_457:143_457])


def test_outside_of_the_file_there_are_zeros(make_file, noise):
    audio = noise(1000)
    with AudioReader(make_file("a.wav", audio, subtype="FLOAT")) as reader:
        got = reader.read(-100, 1300)
    assert np.array_equal(got[100:1100], audio)
    assert not got[:100].any()
    assert not got[1100:].any()


def test_floats_keep_overs_and_nan(make_file):
    audio = np.array([[2.5], [np.nan], [-np.inf], [0.5]], np.float32)
    with AudioReader(make_file("a.wav", audio, subtype="FLOAT")) as reader:
        assert np.array_equal(reader.read(0, 4), audio, equal_nan=True)


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BAD = {
    "text.wav": b"These are the lyrics, not the song.\n" * 50,
    "text.mp3": b"These are the lyrics, not the song.\n" * 50,
    "id3 only.mp3": b"ID3\x04\0\0\0\0\0\x0a" + bytes(5000),
    "zeros.mp3": bytes(5000),
    "sync.mp3": b"\xff\xfb\x90\x64" + bytes(9000),
    "noise.flac": b"fLaC" + bytes(range(256)) * 10,
    "noise.ogg": b"OggS" + bytes(range(256)) * 10,
    "header only.wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "four bytes.wav": b"RIFF",
    "headerless.raw": bytes(4000),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_audio_is_named_with_a_remedy(tmp_path, name, capfd):
    path = _write(tmp_path / name, BAD[name])
    with pytest.raises(MixAssistError) as caught:
        probe(path)
    assert caught.value.subject == str(path)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("song.m4a", b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(500)),
        ("renamed.wav", b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(500)),
        ("song.aac", b"\xff\xf1\x50\x80" + bytes(500)),
        ("song.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(500)),
        ("song.mp4", b"no idea what this is" * 20),
    ],
)
def test_foreign_formats_say_how_to_convert(tmp_path, name, data):
    path = _write(tmp_path / name, data)
    with pytest.raises(MixAssistError, match="cannot be read") as caught:
        probe(path)
    assert "ffmpeg -i" in caught.value.remedy
    assert "WAV or FLAC" in caught.value.remedy


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always Unicode here")
def test_a_name_that_is_not_utf_8_is_read(make_file, tmp_path):
    path = tmp_path / os.fsdecode(b"vox\xff\xfe.wav")
    make_file("vox.wav").rename(path)
    assert probe(path).frames == 22_050
    with AudioReader(path) as reader:
        assert reader.read(0, 100).any()


def test_an_empty_file_and_one_without_frames(tmp_path, make_file):
    with pytest.raises(MixAssistError, match="empty"):
        probe(_write(tmp_path / "e.wav", b""))
    with pytest.raises(MixAssistError, match="0 frames"):
        probe(make_file("z.wav", np.zeros((0, 2), np.float32)))


def test_missing_paths_and_folders(tmp_path):
    with pytest.raises(MixAssistError, match="no such file"):
        probe(tmp_path / "nowhere.wav")
    with pytest.raises(MixAssistError, match="folder"):
        probe(tmp_path)
    with pytest.raises(MixAssistError):
        probe("bad\0name.wav")
    with pytest.raises(MixAssistError):
        probe(tmp_path / ("long" * 200 + ".wav"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system here")
def test_pipes_and_devices_are_never_opened(tmp_path):
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    done = threading.Event()

    def look() -> None:
        for path in (pipe, Path("/dev/zero")):
            with pytest.raises(MixAssistError, match="device or a pipe"):
                probe(path)
            with pytest.raises(MixAssistError, match="device or a pipe"):
                sha256_of(path)
        done.set()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(20)
    assert done.is_set()


@pytest.mark.parametrize(("name", "how"), [("a.wav", {}), ("a.flac", {}), ("a.ogg", {}), ("a.aiff", {})])
def test_a_truncated_file_gives_what_it_holds(make_file, noise, name, how):
    path = make_file(name, noise(200_000, 2), **how)
    whole, _ = soundfile.read(path, dtype="float32")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with AudioReader(path) as reader:
        got = reader.read(0, reader.frames)
        held = reader.frames - reader.missing_frames
    assert 50_000 < held < 150_000
    # The last packet of a lossy stream may differ where it is cut.
    assert np.abs(got[: held - 4096] - whole[: held - 4096]).max() < 1e-6
    assert not got[held:].any()


def test_a_header_that_promises_days_is_refused(make_file):
    path = make_file("a.flac", np.zeros((1000, 1), np.float32))
    data = bytearray(path.read_bytes())
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    with pytest.raises(MixAssistError, match="longer than 24 hours"):
        probe(path)


def test_sha256(tmp_path):
    path = _write(tmp_path / "x", b"abc" * 1_000_000)
    seen: list[float] = []
    assert sha256_of(path, lambda f, _: seen.append(f)) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        sha256_of(path, cancel=token)


@pytest.mark.parametrize(
    ("header", "length"),
    # 128 kbit/s at 44.1 kHz is 417 bytes, the well-known case; the others follow ISO 11172-3, 2.4.3.1.
    # At 44.1 kHz, layer III: 144 · 128000 / 44100 = 417, the well-known case; layer II: 144 · 160000 / 48000 = 480;
    # MPEG 2 layer III: 72 · 64000 / 22050 = 208 (ISO 11172-3, 2.4.3.1 and ISO 13818-3).
    [("fffb9064", 417), ("fffb9264", 418), ("fffd9400", 480), ("fff38064", 208), ("00000000", 0), ("fffbf064", 0)],
)
def test_mpeg_frame_lengths(header, length):
    assert frame_bytes(bytes.fromhex(header)) == length
