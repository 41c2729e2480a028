# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.audio.importing import find_audio_files, plan_import, session_rate, supported_rate
from mixassist.audio.names import natural_key, natural_sorted, side_of
from mixassist.audio.riff import read_wave_header
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, clean_track_name, unique_track_name


def _add_chunks(path: Path, *chunks: tuple[bytes, bytes], front: bool = False) -> Path:
    """Adds chunks to a WAV file, behind the audio or in front of it."""
    data = path.read_bytes()
    extra = b"".join(n + struct.pack("<I", len(c)) + c + bytes(len(c) & 1) for n, c in chunks)
    body = data[:12] + extra + data[12:] if front else data + extra
    path.write_bytes(body[:4] + struct.pack("<I", len(body) - 8) + body[8:])
    return path


def _bext(samples: int) -> tuple[bytes, bytes]:
    return b"bext", bytes(338) + struct.pack("<Q", samples) + bytes(256)


def _ixml(*names: str) -> tuple[bytes, bytes]:
    tracks = "".join(
        f"<TRACK><CHANNEL_INDEX>{i}</CHANNEL_INDEX><INTERLEAVE_INDEX>{i}</INTERLEAVE_INDEX><NAME>{n}</NAME></TRACK>"
        for i, n in enumerate(names, 1)
    )
    return b"iXML", f'<?xml version="1.0"?><BWFXML><TRACK_LIST>{tracks}</TRACK_LIST></BWFXML>'.encode()


def _said(result, kind: str) -> list[str]:
    return [note.track_name for note in result.notes if note.kind == kind]


# Order and names


@pytest.mark.parametrize(
    ("given_names", "wanted"),
    [
        (["10", "9", "1"], ["1", "9", "10"]),
        (["Take 10", "take 2", "Take 1"], ["Take 1", "take 2", "Take 10"]),
        (["b", "A", "a2", "a10"], ["A", "a2", "a10", "b"]),
        (["01 Kick", "2 Snare", "11 Vox"], ["01 Kick", "2 Snare", "11 Vox"]),
    ],
)
def test_natural_order(given_names, wanted):
    assert natural_sorted(given_names) == wanted


@given(st.lists(st.text(alphabet="aAbB1290 _", max_size=8)))
def test_natural_order_depends_on_nothing_but_the_names(names):
    assert natural_sorted(names) == natural_sorted(reversed(names))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.text(alphabet="abc _", max_size=4))
def test_numbers_count_as_numbers(first, second, prefix):
    keys = natural_key(f"{prefix}{first}"), natural_key(f"{prefix}{second}")
    assert (keys[0] < keys[1]) == (first < second)


@given(st.lists(st.text(max_size=10), max_size=20))
def test_unique_names_are_unique_and_clean(names):
    taken: set[str] = set()
    for name in names:
        fresh = unique_track_name(name, taken)
        assert fresh.casefold() not in {t.casefold() for t in taken}
        assert fresh
        assert not set(fresh) & set("./\\")
        assert clean_track_name(fresh) == fresh
        taken.add(fresh)


@pytest.mark.parametrize(
    ("stem", "wanted"),
    [
        ("Gtr.L", ("Gtr", "L")),
        ("Gtr_R", ("Gtr", "R")),
        ("OH-l", ("OH", "L")),
        ("Pad Left", ("Pad", "L")),
        ("Room (R)", ("Room", "R")),
        ("My Song - Keys_right", ("My Song - Keys", "R")),
        ("Bell", None),
        ("Floor", None),
        ("_L", None),
        ("L", None),
    ],
)
def test_sides(stem, wanted):
    assert side_of(stem) == wanted


# Finding files


def test_a_folder_in_natural_order_without_what_is_no_audio(make_file, tmp_path):
    for name in ("Vox 10.wav", "Vox 2.wav", "kick.flac", ".hidden.wav", "._Vox 2.wav"):
        make_file(name)
    folder = tmp_path / "files"
    for name in ("cover.jpg", "notes.txt", "Vox 2.wav.asd", "song.mixassist"):
        (folder / name).write_text("x")
    (folder / "deeper").mkdir()
    make_file("deeper/other.wav")
    assert [p.name for p in find_audio_files([folder])] == ["kick.flac", "Vox 2.wav", "Vox 10.wav"]


def test_a_folder_of_folders_is_searched_one_level_down(make_file, tmp_path):
    make_file("Drums/Kick.wav")
    make_file("Vocals/Lead.wav")
    make_file("Vocals/old/Lead.wav")
    make_file("__MACOSX/Lead.wav")
    assert [p.name for p in find_audio_files([tmp_path / "files"])] == ["Kick.wav", "Lead.wav"]


def test_files_keep_the_order_given_and_come_once(make_file):
    a, b = make_file("b.wav"), make_file("a.wav")
    assert find_audio_files([a, b, a, a.parent]) == [a, b]


def test_folders_without_audio_and_missing_paths(tmp_path):
    with pytest.raises(MixAssistError, match="no audio in this folder") as caught:
        find_audio_files([tmp_path])
    assert caught.value.subject == str(tmp_path)
    with pytest.raises(MixAssistError, match="no such file or folder"):
        plan_import([tmp_path / "nowhere"])
    with pytest.raises(MixAssistError, match="no audio file"):
        plan_import([])


# Importing


def test_mono_and_stereo_with_names_and_instruments(make_file, noise):
    make_file("01 Kick In.wav", noise(4410))
    make_file("02 Vox.Lead.wav", noise(4410, 2))
    path = make_file("03 mystery.wav", noise(4410))
    result = plan_import([path.parent], taken_names={"01 kick in"})
    assert [t.name for t in result.tracks] == ["01 Kick In 2", "02 Vox_Lead", "03 mystery"]
    assert [t.channel.instrument for t in result.tracks] == ["kick", "lead_vocal", ""]
    assert [t.source.channel_count for t in result.tracks] == [1, 2, 1]
    assert len({t.id for t in result.tracks}) == 3
    assert result.sample_rate_hz == 44_100
    assert _said(result, "instrument") == ["01 Kick In 2", "02 Vox_Lead"]


@pytest.mark.parametrize("marks", [(".L", ".R"), ("_L", "_R"), ("-l", "-r"), (" L", " R"), ("_Left", "_Right")])
def test_pairs_are_joined(make_file, noise, marks):
    left = make_file(f"Gtr{marks[0]}.wav", noise(44_100))
    right = make_file(f"Gtr{marks[1]}.wav", noise(44_000, seed=1))
    make_file("Hat.wav")
    result = plan_import([left.parent])
    assert [t.name for t in result.tracks] == ["Gtr", "Hat"]
    sides = result.tracks[0].source.sides
    assert [Path(s.file.path) for s in sides] == [left, right]
    assert _said(result, "joined") == ["Gtr"]
    assert "Gtr" in _said(result, "padded")


def test_the_right_side_first_still_goes_right(make_file):
    left, right = make_file("Gtr_L.wav"), make_file("Gtr_R.wav")
    result = plan_import([right, left])
    assert [Path(s.file.path) for s in result.tracks[0].source.sides] == [left, right]


def test_what_is_no_pair_stays_apart(make_file, noise):
    folder = make_file("Alone_L.wav").parent
    make_file("Stereo_L.wav", noise(4410, 2))
    make_file("Stereo_R.wav", noise(4410, 2))
    make_file("Rate_L.wav", noise(4410))
    make_file("Rate_R.wav", noise(4410), 48_000)
    make_file("Length_L.wav", noise(4410))
    make_file("Length_R.wav", noise(100_000))
    make_file("Wide_L.wav", noise(4410, 2))
    make_file("Wide_R.wav", noise(4410))
    make_file("Twice_L.wav")
    make_file("Twice_L.flac")
    make_file("Twice_R.wav")
    result = plan_import([folder])
    assert len(result.tracks) == 12
    assert not _said(result, "joined")
    told = {n.track_name: n.message for n in result.notes if n.kind == "apart"}
    assert told == {
        "Rate_L": "not joined with Rate_R.wav to one stereo track: one runs at 44,100 Hz, the other at 48,000 Hz",
        "Length_L": "not joined with Length_R.wav to one stereo track: one is 0.1 s long, the other 2.3 s",
        "Wide_L": "not joined with Wide_R.wav to one stereo track: Wide_L.wav has 2 channels",
    }


def test_polyphonic_files_become_their_tracks(make_file, noise):
    path = make_file("Take.wav", noise(4410, 4))
    result = plan_import([path])
    assert [t.name for t in result.tracks] == ["Take 1", "Take 2", "Take 3", "Take 4"]
    assert [t.source.sides[0].channel_index for t in result.tracks] == [0, 1, 2, 3]
    assert len(_said(result, "split")) == 4


def test_track_names_of_a_recorder_are_used(make_file, noise):
    path = _add_chunks(make_file("Take.wav", noise(4410, 3)), _ixml("Kick", "Snare", "OH"))
    assert [t.name for t in plan_import([path]).tracks] == ["Kick", "Snare", "OH"]


def test_time_stamps_become_offsets(make_file, noise):
    hour = 3600 * 48_000
    a = _add_chunks(make_file("a.wav", noise(48_000), 48_000), _bext(hour + 24_000))
    b = _add_chunks(make_file("b.wav", noise(48_000), 48_000), _bext(hour), front=True)
    c = make_file("c.wav", noise(48_000), 48_000)
    d = _add_chunks(make_file("d.wav", noise(44_100), 44_100), _bext(3600 * 44_100 + 441))
    result = plan_import([a, b, c, d])
    assert result.sample_rate_hz == 48_000
    assert [t.start_frames for t in result.tracks] == [24_000, 0, 0, 480]
    assert _said(result, "offset") == ["a", "d"]


def test_a_stamp_of_another_day_is_not_used(make_file, noise):
    paths = [
        _add_chunks(make_file("a.wav", noise(4410)), _bext(0)),
        _add_chunks(make_file("b.wav", noise(4410)), _bext(4410)),
        _add_chunks(make_file("c.wav", noise(4410)), _bext(2**64 - 1)),
    ]
    result = plan_import(paths)
    assert [t.start_frames for t in result.tracks] == [0, 4410, 0]
    assert _said(result, "offset") == ["b", "c"]


def test_pairs_with_unlike_stamps_stay_apart(make_file):
    left = _add_chunks(make_file("G_L.wav"), _bext(0))
    right = _add_chunks(make_file("G_R.wav"), _bext(100))
    assert len(plan_import([left, right]).tracks) == 2


def test_rates_and_lengths_are_noted(make_file, noise):
    make_file("a.wav", noise(96_000), 48_000)
    make_file("b.wav", noise(44_100), 44_100)
    folder = make_file("c.wav", noise(96_000), 48_000).parent
    result = plan_import([folder])
    assert result.sample_rate_hz == 48_000
    assert _said(result, "resampled") == ["b"]
    assert _said(result, "padded") == ["b"]
    forced = plan_import([folder], sample_rate_hz=96_000)
    assert forced.sample_rate_hz == 96_000
    assert _said(forced, "resampled") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [
        (44_100, 44_100),
        (48_000, 48_000),
        (96_000, 96_000),
        (22_050, 44_100),
        (11_025, 44_100),
        (8_000, 48_000),
        (16_000, 48_000),
        (32_000, 44_100),
        (176_400, 88_200),
        (192_000, 96_000),
        (384_000, 96_000),
        (47_952, 48_000),
        (64_000, 48_000),
    ],
)
def test_rates_a_session_can_run_at(rate, wanted):
    assert supported_rate(rate) == wanted


def test_the_commonest_rate_is_by_duration():
    long = AudioFile("/a", 1, 48_000, 48_000 * 100, 1)
    short = [AudioFile(f"/{i}", 1, 44_100, 44_100 * 10, 1) for i in range(5)]
    assert session_rate([long, *short]) == 48_000


def test_unreadable_files_stop_the_import_or_are_listed(make_file, tmp_path):
    good = make_file("good.wav")
    (good.parent / "lyrics.wav").write_text("la la la")
    (good.parent / "song.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(99))
    with pytest.raises(MixAssistError) as caught:
        plan_import([good.parent])
    assert caught.value.subject.endswith("lyrics.wav")
    assert "song.m4a" in str(caught.value)
    result = plan_import([good.parent], skip_unreadable=True)
    assert [t.name for t in result.tracks] == ["good"]
    assert [Path(e.subject).name for e in result.unreadable] == ["lyrics.wav", "song.m4a"]
    good.unlink()
    with pytest.raises(MixAssistError, match="none of 2 files") as caught:
        plan_import([good.parent], skip_unreadable=True)
    (good.parent / "song.m4a").unlink()
    with pytest.raises(MixAssistError, match=r"lyrics\.wav"):
        plan_import([good.parent], skip_unreadable=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system here")
def test_a_pipe_among_stems_is_named(make_file):
    folder = make_file("good.wav").parent
    os.mkfifo(folder / "pipe.wav")
    (folder / "gone.wav").symlink_to(folder / "nothing")
    result = plan_import([folder], skip_unreadable=True)
    assert [Path(e.subject).name for e in result.unreadable] == ["gone.wav", "pipe.wav"]


def test_truncated_files_are_noted(make_file, noise):
    path = make_file("cut.wav", noise(44_100))
    path.write_bytes(path.read_bytes()[:50_000])
    result = plan_import([path])
    assert _said(result, "truncated") == ["cut"]
    assert result.tracks[0].source.files[0].frames < 30_000


def test_progress_and_cancel(make_file):
    folder = make_file("a.wav").parent
    make_file("b.wav")
    seen: list[float] = []
    plan_import([folder], progress=lambda f, _: seen.append(f))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        plan_import([folder], cancel=token)


def test_every_song_of_the_shared_stems(shared_data):
    counts = {p.name: len(list(p.glob("*.ogg"))) for p in (shared_data / "stems").iterdir()}
    for name, count in counts.items():
        result = plan_import([shared_data / "stems" / name])
        assert len(result.tracks) == count
        assert all(t.channel.instrument for t in result.tracks)


# Headers


def test_a_header_without_extras_is_empty(make_file):
    for name in ("a.wav", "a.flac", "a.ogg"):
        header = read_wave_header(make_file(name))
        assert (header.time_reference, dict(header.track_names), header.missing_bytes) == (None, {}, 0)
    assert read_wave_header("/nowhere/at all").time_reference is None


def test_rf64_headers(make_file):
    path = make_file("a.rf64")
    data = path.read_bytes() + b"bext" + struct.pack("<I", len(_bext(123)[1])) + _bext(123)[1]
    path.write_bytes(data)
    header = read_wave_header(path)
    assert header.time_reference == 123
    assert header.missing_bytes == 0


def test_streamed_wav_with_open_size_is_not_truncated(make_file):
    path = make_file("a.wav")
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert read_wave_header(path).missing_bytes == 0


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"no xml at all",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><BWFXML><TRACK_LIST><TRACK><NAME>&a;</NAME></TRACK></TRACK_LIST></BWFXML>',
        b"<BWFXML>" * 5000,
        b"<BWFXML><TRACK_LIST><TRACK><INTERLEAVE_INDEX>99999999999999999999</INTERLEAVE_INDEX></TRACK></TRACK_LIST></BWFXML>",
    ],
)
def test_hostile_track_lists_are_passed_over(make_file, xml):
    path = _add_chunks(make_file("a.wav"), (b"iXML", xml))
    assert dict(read_wave_header(path).track_names) == {}


@given(st.binary(max_size=400))
def test_any_bytes_behind_a_riff_head_are_survived(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("riff") / "a.wav"
    path.write_bytes(b"RIFF" + data[:4].ljust(4, b"\0") + b"WAVE" + data)
    read_wave_header(path)


def test_padding_of_a_source_is_rounded_up():
    source = AudioSource((SourceSide(AudioFile("/a", 1, 48_000, 100, 1)),))
    assert source.frames_at(44_100) == int(np.ceil(100 * 44_100 / 48_000))
