# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from mixassist.audio import stem_files, stems
from mixassist.audio.importing import plan_import
from mixassist.audio.stem_files import CacheError, cache_directory
from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.domain.track import AudioSource, SourceSide


def _sources(*paths: Path) -> list[AudioSource]:
    return [t.source for t in plan_import(paths).tracks]


def _decoded(library: StemLibrary, source: AudioSource, rate: int = 44_100):
    stem = library.stem(source, rate)
    library.decode([stem])
    return stem


def test_decodes_what_the_file_holds(make_file, noise, library):
    audio = noise(200_000, 2)
    (source,) = _sources(make_file("a.wav", audio, subtype="FLOAT"))
    stem = library.stem(source, 44_100)
    assert (stem.frames, stem.channels, stem.ready_frames, stem.is_complete) == (200_000, 2, 0, False)
    assert not stem.samples.any()
    library.decode([stem])
    assert stem.is_complete
    assert stem.ready_frames == stem.frames
    assert np.array_equal(stem.samples, audio)
    assert not stem.samples.flags.writeable
    assert library.stem(source, 44_100) is stem
    assert stem.strip_samples is stem.samples


@pytest.mark.parametrize(
    ("given_rate", "rate"), [(48_000, 44_100), (44_100, 96_000), (22_050, 44_100), (192_000, 96_000)]
)
def test_resampling_is_aligned_and_as_long_as_promised(make_file, library, given_rate, rate):
    frames = given_rate * 2 + 17
    t = np.arange(frames) / given_rate
    audio = (0.5 * np.sin(2 * np.pi * 997 * t)).astype(np.float32)
    (source,) = _sources(make_file("a.wav", audio, given_rate, subtype="FLOAT"))
    stem = _decoded(library, source, rate)
    assert stem.frames == source.frames_at(rate) == -(-frames * rate // given_rate)
    wanted = 0.5 * np.sin(2 * np.pi * 997 * np.arange(stem.frames) / rate)
    inside = slice(rate // 10, -rate // 10)
    assert np.abs(stem.samples[inside, 0] - wanted[inside]).max() < 1e-6
    whole = soxr.resample(audio, given_rate, rate, "VHQ")
    assert np.array_equal(stem.samples[: len(whole), 0], whole[: stem.frames])


def test_pairs_of_unlike_length_and_rate(make_file, noise, library):
    left = make_file("G_L.wav", noise(100_000), subtype="FLOAT")
    right = make_file("G_R.wav", noise(90_000, seed=1), subtype="FLOAT")
    (source,) = _sources(left, right)
    stem = _decoded(library, source)
    assert np.array_equal(stem.samples[:, 0], soundfile.read(left, dtype="float32")[0])
    assert np.array_equal(stem.samples[:90_000, 1], soundfile.read(right, dtype="float32")[0])
    assert not stem.samples[90_000:, 1].any()
    files = [s.sides[0].file for s in _sources(left, make_file("x.wav", noise(120_000), 48_000, subtype="FLOAT"))]
    mixed = _decoded(library, AudioSource((SourceSide(files[0]), SourceSide(files[1]))))
    assert mixed.frames == 110_250
    assert np.array_equal(mixed.samples[:100_000, 0], stem.samples[:, 0])
    assert np.abs(mixed.samples[100_500:110_000, 1]).max() > 0.1


def test_polyphonic_channels(make_file, noise, library):
    audio = noise(300_000, 5)
    path = make_file("poly.wav", audio, subtype="FLOAT")
    stems_of = [library.stem(s, 44_100) for s in _sources(path)]
    library.decode(stems_of)
    for channel, stem in enumerate(stems_of):
        assert np.array_equal(stem.samples[:, 0], audio[:, channel])


def test_what_is_not_finite_is_silent_and_counted(make_file, noise, library):
    audio = noise(70_000, 2)
    audio[100, 0], audio[66_000, 1], audio[69_999, :] = np.nan, np.inf, -np.inf
    audio[200, 0] = 3.5
    (source,) = _sources(make_file("a.wav", audio, subtype="FLOAT"))
    stem = _decoded(library, source)
    assert stem.non_finite_count == 4
    assert np.array_equal(stem.samples, np.where(np.isfinite(audio), audio, 0))


def test_identical_sides_are_one(make_file, noise, library):
    audio = np.repeat(noise(70_000), 2, axis=1)
    (source,) = _sources(make_file("a.wav", audio, subtype="FLOAT"))
    stem = _decoded(library, source)
    assert stem.is_dual_mono
    assert stem.strip_samples.shape == (70_000, 1)
    audio[69_000, 1] += 0.001
    (other,) = _sources(make_file("b.wav", audio, subtype="FLOAT"))
    assert not _decoded(library, other).is_dual_mono


def test_damaged_files_are_silent_where_they_lack_audio(make_file, noise, library):
    path = make_file("a.flac", noise(300_000))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    (source,) = _sources(path)
    stem = _decoded(library, source)
    assert 100_000 < stem.missing_frames < 200_000
    assert not stem.samples[-stem.missing_frames :].any()
    assert stem.samples[: -stem.missing_frames].all(axis=1).mean() > 0.99


def test_an_undecodable_stem_lets_the_others_load(make_file, noise, library):
    good, bad = make_file("good.wav", noise(1000)), make_file("bad.wav", noise(1000))
    sources = _sources(good, bad)
    both = [library.stem(s, 44_100) for s in sources]
    soundfile.write(bad, noise(500), 44_100)
    with pytest.raises(MixAssistError, match="changed since") as caught:
        library.decode(both)
    assert caught.value.subject == str(bad)
    assert both[0].is_complete
    assert not both[1].is_complete
    errors = library.decode(both, skip_unreadable=True)
    assert [e.subject for e in errors] == [str(bad)]


def test_a_second_opening_decodes_nothing(make_file, noise, tmp_path, monkeypatch):
    (source,) = _sources(make_file("a.wav", noise(50_000, 2)))
    first = StemLibrary(tmp_path / "cache")
    stem = _decoded(first, source)
    stem.write_note("facts", {"a": 1.5})
    kept = stem.samples.copy()
    first.close()
    monkeypatch.setattr(stems, "StemDecoder", None)
    second = StemLibrary(tmp_path / "cache")
    again = second.stem(source, 44_100)
    assert again.is_complete
    assert np.array_equal(again.samples, kept)
    assert again.content_key == stem.content_key
    assert again.read_note("facts") == {"a": 1.5}
    assert again.read_note("nothing") is None
    second.close()


def test_a_changed_file_is_decoded_anew(make_file, noise, tmp_path, library):
    path = make_file("a.wav", noise(1000), subtype="FLOAT")
    old = _decoded(library, *_sources(path))
    make_file("a.wav", noise(1000, seed=9), subtype="FLOAT")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    new = _decoded(library, *_sources(path))
    assert new.content_key != old.content_key
    assert np.array_equal(new.samples, noise(1000, seed=9))
    assert np.array_equal(old.samples, noise(1000))


def test_a_hash_found_later_changes_nothing(make_file, library):
    (source,) = _sources(make_file("a.wav"))
    side = source.sides[0]
    file = side.file.__class__(**{**side.file.__dict__, "sha256": "ab" * 32})
    hashed = AudioSource((SourceSide(file),))
    assert library.stem(hashed, 44_100) is library.stem(source, 44_100)


def test_a_drive_that_was_unplugged(make_file, noise, library):
    path = make_file("a.wav", noise(1000))
    (source,) = _sources(path)
    stem = _decoded(library, source)
    path.unlink()
    assert library.stem(source, 44_100) is stem
    with pytest.raises(MixAssistError, match="no such file"):
        library.stem(source, 48_000)


def test_all_stems_advance_together(make_file, noise, library, monkeypatch):
    monkeypatch.setattr(stems, "_PIECE_S", 0.0)
    # One worker: of several, one may be held up for any time while the others go on.
    monkeypatch.setattr(stems, "_WORKERS", 1)
    paths = [make_file(f"{i}.wav", noise(65_536 * 6, seed=i)) for i in range(4)]
    decoded = [library.stem(s, 44_100) for s in _sources(*paths)]
    spread: list[int] = []

    def watch(fraction: float, what: str) -> None:
        ready = [s.ready_frames for s in decoded]
        spread.append(max(ready) - min(ready))

    library.decode(decoded, watch)
    assert max(spread) <= 65_536


def test_cancelled_work_goes_on_where_it_stood(make_file, noise, library, monkeypatch):
    monkeypatch.setattr(stems, "_PIECE_S", 0.0)
    audio = noise(65_536 * 8)
    (source,) = _sources(make_file("a.wav", audio, 48_000, subtype="FLOAT"))
    stem, token = library.stem(source, 44_100), CancelToken()

    def stop(fraction: float, what: str) -> None:
        if fraction > 0.3:
            token.cancel()

    with pytest.raises(Cancelled):
        library.decode([stem], stop, token)
    assert 0 < stem.ready_frames < stem.frames
    library.decode([stem])
    assert stem.is_complete
    whole = soxr.resample(audio, 48_000, 44_100, "VHQ")
    assert np.array_equal(stem.samples[: len(whole)], whole[: stem.frames])


def test_two_callers_at_once(make_file, noise, library, monkeypatch):
    monkeypatch.setattr(stems, "_PIECE_S", 0.0)
    audio = noise(65_536 * 10)
    (source,) = _sources(make_file("a.wav", audio, subtype="FLOAT"))
    stem = library.stem(source, 44_100)
    threads = [threading.Thread(target=library.decode, args=([stem],)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(stem.samples, audio)


def test_an_unfinished_file_is_never_taken_for_audio(make_file, noise, tmp_path, monkeypatch):
    monkeypatch.setattr(stems, "_PIECE_S", 0.0)
    audio = noise(65_536 * 4)
    (source,) = _sources(make_file("a.wav", audio, subtype="FLOAT"))
    program = """
import os, sys
from pathlib import Path
from mixassist.audio import stems
from mixassist.audio.importing import plan_import
stems._PIECE_S = 0.0
library = stems.StemLibrary(Path(sys.argv[2]))
stem = library.stem(plan_import([sys.argv[1]]).tracks[0].source, 44_100)
library.decode([stem], lambda fraction, what: os.kill(os.getpid(), 9) if fraction > 0.4 else None)
"""
    path = source.files[0].path
    subprocess.run([sys.executable, "-c", program, path, tmp_path / "cache"], check=False)
    assert len(list((tmp_path / "cache").glob("*.f32"))) == 1
    library = StemLibrary(tmp_path / "cache")
    # What the crash left is gone, as nobody uses it.
    assert not list((tmp_path / "cache").iterdir())
    assert np.array_equal(_decoded(library, source).samples, audio)
    library.close()


def test_another_process_unfinished_file_is_left_alone(make_file, noise, tmp_path):
    (source,) = _sources(make_file("a.wav", noise(1000)))
    one, two = StemLibrary(tmp_path / "cache"), StemLibrary(tmp_path / "cache")
    ours = one.stem(source, 44_100)
    theirs = two.stem(source, 44_100)
    StemLibrary(tmp_path / "cache").close()
    one.decode([ours])
    two.decode([theirs])
    assert np.array_equal(ours.samples, theirs.samples)
    one.close()
    two.close()
    third = StemLibrary(tmp_path / "cache")
    assert third.stem(source, 44_100).is_complete
    third.close()


@pytest.mark.skipif(stem_files.fcntl is None, reason="files in use are protected by Windows itself")
def test_the_least_recently_used_go_first_and_never_those_in_use(make_file, noise, tmp_path):
    folder = tmp_path / "cache"
    sources = _sources(*[make_file(f"{i}.wav", noise(25_000, seed=i)) for i in range(4)])
    for number, source in enumerate(sources):
        library = StemLibrary(folder)
        key = _decoded(library, source).content_key
        library.close()
        os.utime(folder / f"{key}.json", (number, number))
    using = StemLibrary(folder)
    oldest = using.stem(sources[0], 44_100)
    os.utime(folder / f"{oldest.content_key}.json", (0, 0))
    small = StemLibrary(folder, limit_bytes=250_000)
    there = [small.stem(s, 44_100).is_complete for s in (sources[0], sources[3])]
    assert there == [True, True]
    assert sum(p.stat().st_size for p in folder.glob("*.f32")) <= 250_000
    assert oldest.samples.any()
    using.close()
    small.close()


def test_damaged_descriptions_mean_decoding_again(make_file, noise, tmp_path):
    folder = tmp_path / "cache"
    (source,) = _sources(make_file("a.wav", noise(1000), subtype="FLOAT"))
    for damage in (b"", b"[]", b"{}", b'{"data": "../../etc/passwd"}', b"\xff" * 10, b"[" * 100_000):
        library = StemLibrary(folder)
        key = _decoded(library, source).content_key
        library.close()
        (folder / f"{key}.json").write_bytes(damage)
        fresh = StemLibrary(folder)
        assert not fresh.stem(source, 44_100).is_complete
        assert np.array_equal(_decoded(fresh, source).samples, noise(1000))
        fresh.close()


def test_a_full_disk_is_told(make_file, noise, tmp_path, library, monkeypatch):
    (source,) = _sources(make_file("a.wav", noise(1000)))

    def no_room(path: object) -> object:
        return type("Usage", (), {"free": 1000})()

    monkeypatch.setattr(stem_files.shutil, "disk_usage", no_room)
    with pytest.raises(CacheError, match="too full") as caught:
        library.stem(source, 44_100)
    assert "MIXASSIST_CACHE_DIR" in caught.value.remedy


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX thing")
def test_a_disk_that_fills_while_decoding(make_file, noise, tmp_path):
    path = make_file("a.wav", noise(200_000))
    program = """
import resource, sys
from pathlib import Path
from mixassist.audio.importing import plan_import
from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError
library = StemLibrary(Path(sys.argv[2]))
stem = library.stem(plan_import([sys.argv[1]]).tracks[0].source, 44_100)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    library.decode([stem], skip_unreadable=True)
except MixAssistError as error:
    print("told:", "stored" in str(error), bool(error.remedy), stem.error is None)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
library.decode([stem])
print(stem.is_complete)
library.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, path, tmp_path / "cache"], capture_output=True, text=True, check=False
    )
    assert done.stdout.split("\n")[:2] == ["told: True True True", "True"], done.stderr


def test_the_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MIXASSIST_CACHE_DIR", str(tmp_path / "a" / "b"))
    assert cache_directory() == tmp_path / "a" / "b"
    assert cache_directory().is_dir()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIXASSIST_CACHE_DIR", str(tmp_path / "file" / "b"))
    with pytest.raises(MixAssistError, match="cache folder"):
        cache_directory()


def test_closing_discards_what_is_unfinished(make_file, noise, tmp_path):
    library = StemLibrary(tmp_path / "cache")
    (source,) = _sources(make_file("a.wav", noise(1000)))
    stem = library.stem(source, 44_100)
    library.close()
    assert not list((tmp_path / "cache").iterdir())
    assert not stem.samples.any()
    with pytest.raises(Cancelled):
        library.decode([stem])
