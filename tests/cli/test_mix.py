# SPDX-License-Identifier: Apache-2.0
"""The main job by command: what it writes, what it says, and that it does so again."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.audio.true_peak import true_peak_dbtp

from .conftest import RATE, Run, tone, write


def read(path: Path) -> np.ndarray:
    """Returns float64 (frames, 2)."""
    return np.asarray(soundfile.read(path, always_2d=True)[0])


def decibels(signal: np.ndarray, reference: np.ndarray) -> float:
    """Returns the level of a signal against that of another."""
    return float(20 * np.log10(max(np.sqrt(np.mean(signal**2)), 1e-12) / np.sqrt(np.mean(reference**2))))


def test_the_mix_meets_its_loudness_target_and_says_so(stems: Path, out: Path, run: Run) -> None:
    for target in (-14, -23):
        answer = run("mix", stems, "-o", out / "m.wav", "--target-lufs", target, "--json")
        assert answer.code == 0 and answer.err == ""
        told = answer.json["mix"]
        assert told["limited_by"] == "loudness" and told["loudness_target_lufs"] == target
        audio, rate = soundfile.read(out / "m.wav")
        assert integrated_loudness_lufs(audio, rate) == pytest.approx(target, abs=0.3)
        assert told["integrated_lufs"] == pytest.approx(target, abs=0.3)
        assert true_peak_dbtp(audio, rate) <= -0.9
    lines = run("mix", stems, "-o", out / "m.wav").out
    assert "3 tracks mixed by controller, model" in lines and "loudness target of -14.0 LUFS was met" in lines


def test_the_mix_stops_at_the_ceiling_and_says_so(tmp_path: Path, out: Path, run: Run) -> None:
    clicks = np.zeros(2 * RATE, np.float32)
    clicks[::11_025] = 0.9
    write(tmp_path / "Kick.wav", clicks)
    answer = run("mix", tmp_path / "Kick.wav", "-o", out / "m.wav", "--view", "dry", "--json")
    assert answer.json["mix"]["limited_by"] == "ceiling"
    audio, rate = soundfile.read(out / "m.wav")
    assert true_peak_dbtp(audio, rate) == pytest.approx(-1.0, abs=0.1)
    assert integrated_loudness_lufs(audio, rate) < -14.3
    assert "true-peak ceiling" in run("mix", tmp_path / "Kick.wav", "-o", out / "m.wav", "--view", "dry").out


def test_no_target_leaves_the_level_alone(stems: Path, out: Path, run: Run) -> None:
    answer = run("mix", stems, "-o", out / "m.wav", "--target-lufs", "off", "--method", "mono", "--json")
    assert answer.json["mix"]["limited_by"] == "off"
    assert answer.json["mix"]["master_gain_db"] == 0.0


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".csv"])
def test_parameters_written_and_read_back_make_the_same_bytes(suffix: str, stems: Path, out: Path, run: Run) -> None:
    sound = suffix if suffix != ".csv" else ".wav"
    table = out / ("P.csv" if suffix == ".csv" else "P.json")
    assert run("mix", stems, "-o", out / f"a{sound}", "--params-out", table).code == 0
    again = run("mix", stems, "-o", out / f"b{sound}", "--params", table)
    assert again.code == 0 and "with the parameters given" in again.out
    assert (out / f"a{sound}").read_bytes() == (out / f"b{sound}").read_bytes()
    if suffix == ".csv":
        return
    kept = json.loads(table.read_text())
    assert (kept["format"], kept["version"]) == ("mixassist-parameters", 1)
    assert [set(c) for c in kept["channels"]] == [{"name", "source", "parameters"}] * 3
    assert all(len(c["parameters"]) == 26 for c in kept["channels"])
    kept["channels"][0]["parameters"]["fader_db"] -= 6.0
    table.write_text(json.dumps(kept))
    assert run("mix", stems, "-o", out / f"c{sound}", "--params", table).code == 0
    assert (out / f"a{sound}").read_bytes() != (out / f"c{sound}").read_bytes()


@pytest.mark.parametrize("view", ["dry", "wet"])
def test_the_stems_written_add_up_to_the_mix(view: str, stems: Path, out: Path, run: Run) -> None:
    answer = run("mix", stems, "-o", out / "m.wav", "--view", view, "--stems-out", out / "parts" / "here", "--json")
    written = [Path(p) for p in answer.json["written"]]
    assert [p.name for p in written] == ["m.wav", "Gtr.wav", "Kick.wav", "Vox.wav"]
    mix, parts = read(written[0]), [read(p) for p in written[1:]]
    assert {len(p) for p in parts} == {len(mix)}
    assert decibels(sum(parts) - mix, mix) < -90.0
    assert [p.name for p in (out / "parts").iterdir()] == ["here"]


def test_dry_and_wet_are_different_mixes_of_the_same_faders(stems: Path, out: Path, run: Run) -> None:
    for view in ("dry", "wet"):
        assert run("mix", stems, "-o", out / f"{view}.wav", "--view", view).code == 0
    assert decibels(read(out / "dry.wav") - read(out / "wet.wav"), read(out / "wet.wav")) > -60.0


def test_a_report_holds_numbers_pictures_and_a_page(stems: Path, out: Path, run: Run) -> None:
    answer = run("mix", stems, "-o", out / "m.wav", "--report", out / "report")
    assert answer.code == 0 and str(out / "report") in answer.out
    metrics = json.loads((out / "report" / "metrics.json").read_text())
    assert metrics["measures"]["limited_by"] == "loudness"
    assert metrics["measures"]["integrated_lufs"] == pytest.approx(-14.0, abs=0.3)
    assert {"index.html", *metrics["pictures"]} <= {p.name for p in (out / "report").iterdir()}
    assert [p.name for p in out.iterdir() if p.name.startswith(".")] == []


def test_the_seed_decides_what_random_draws(stems: Path, out: Path, run: Run) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        words = ("--method", "random", "--seed", seed, "--view", "dry")
        assert run("mix", stems, "-o", out / f"{name}.wav", *words).code == 0
    a, b, c = ((out / f"{name}.wav").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("method", ["rules", "equal-loudness", "random", "mono"])
def test_every_method_mixes(method: str, stems: Path, out: Path, run: Run) -> None:
    answer = run("mix", stems, "-o", out / "m.wav", "--method", method, "--view", "dry", "--json")
    assert answer.code == 0 and answer.json["method"] == method
    assert np.max(np.abs(read(out / "m.wav"))) > 0.05


def test_the_same_command_gives_the_same_bytes_on_fewer_threads_and_without_cache(
    stems: Path, out: Path, tmp_path: Path, program: Run
) -> None:
    written = []
    for threads in ("1", "2"):
        cache = tmp_path / f"cache {threads}"
        environment = {"OMP_NUM_THREADS": threads, "MIXASSIST_CACHE_DIR": str(cache)}
        output = out / f"{threads}.wav"
        answer = program("mix", stems, "-o", output, "--device", "cpu", environment=environment)
        assert answer.code == 0 and answer.err == "" and any((cache / "stems").iterdir())
        written.append(output.read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".mp3", ".aiff"])
def test_formats_by_ending(suffix: str, stems: Path, out: Path, run: Run) -> None:
    assert run("mix", stems, "-o", out / f"m{suffix}", "--view", "dry").code == 0
    audio, rate = soundfile.read(out / f"m{suffix}")
    assert rate == RATE and 0.9 * RATE < len(audio) < 4.1 * RATE  # a second of stems, and room for a reverb to ring out
    assert integrated_loudness_lufs(audio, rate) == pytest.approx(-14.0, abs=0.5)


@pytest.mark.parametrize(("depth", "subtype"), [(16, "PCM_16"), (24, "PCM_24"), (32, "FLOAT")])
def test_bit_depths(depth: int, subtype: str, stems: Path, out: Path, run: Run) -> None:
    assert run("mix", stems, "-o", out / "m.wav", "--view", "dry", "--bit-depth", depth).code == 0
    assert soundfile.info(out / "m.wav").subtype == subtype


def test_all_kinds_of_stems_together(tmp_path: Path, out: Path, run: Run) -> None:
    folder = tmp_path / "of all kinds"
    folder.mkdir()
    write(folder / "Kick.mp3", tone(60, 2.0))
    write(folder / "Snare.ogg", tone(200, 2.0))
    write(folder / "Bass.wav", tone(80, 2.0, rate=96_000), 96_000)
    write(folder / "Vox.flac", tone(440, 2.0, rate=48_000), 48_000)
    write(folder / "Gtr.wav", 8.0 * np.stack([tone(220, 1.0), tone(331, 1.0)], axis=1), subtype="FLOAT")
    write(folder / "Piano_L.wav", tone(262, 2.0), subtype="PCM_16")
    write(folder / "Piano_R.wav", tone(392, 2.0), subtype="PCM_16")
    write(folder / "Choir.wav", np.stack([tone(f, 2.0) for f in (500, 600, 700)], axis=1))
    answer = run("mix", folder, "-o", out / "m.wav", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["tracks"] == 9
    assert answer.json["mix"]["sample_rate_hz"] == RATE
    assert 1.9 < answer.json["mix"]["seconds"] < 5.1
    notes = "\n".join(answer.json["notes"])
    assert "Bass: resampled from 96,000 to 44,100 Hz" in notes
    assert "Vox: resampled from 48,000 to 44,100 Hz" in notes
    assert "Piano_L.wav and Piano_R.wav joined" in notes
    assert "Choir 1: channel 1 of 3" in notes
    assert "before the longest" not in notes
    named = {t["name"]: t for t in run("inspect", folder, "--json").json["tracks"]}
    assert named["Piano"]["channels"] == 2 and named["Choir 2"]["channels"] == 1
    assert named["Gtr"]["true_peak_dbtp"] > 0.0


def test_a_session_of_48_khz_stems_runs_at_48_khz(tmp_path: Path, out: Path, run: Run) -> None:
    for name, frequency in (("Kick", 60), ("Vox", 440)):
        write(tmp_path / f"{name}.wav", tone(frequency, rate=48_000), 48_000)
    assert run("mix", tmp_path / "Kick.wav", tmp_path / "Vox.wav", "-o", out / "m.wav", "--view", "dry").code == 0
    assert soundfile.info(out / "m.wav").samplerate == 48_000


def _stamped(path: Path, audio: np.ndarray, time_reference: int) -> None:
    """Puts a `bext` chunk with a time stamp in front of the audio of a WAV file."""
    write(path, audio)
    plain = path.read_bytes()
    chunk = bytearray(602)
    chunk[338:346] = struct.pack("<Q", time_reference)
    added = b"bext" + struct.pack("<I", len(chunk)) + bytes(chunk)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(plain) - 8 + len(added)) + b"WAVE" + added + plain[12:])


def test_time_stamps_place_stems_in_the_mix(tmp_path: Path, out: Path, run: Run) -> None:
    _stamped(tmp_path / "Kick.wav", tone(60), 3600 * RATE)
    _stamped(tmp_path / "Vox.wav", tone(440), 3602 * RATE)
    answer = run("mix", tmp_path / "Kick.wav", tmp_path / "Vox.wav", "-o", out / "m.wav", "--view", "dry", "--json")
    assert answer.code == 0
    assert any("Vox: starts at 2.000 s" in note for note in answer.json["notes"])
    audio = read(out / "m.wav")
    assert 3 * RATE <= len(audio) <= 6 * RATE  # a reverb may ring on
    assert np.max(np.abs(audio[RATE : 2 * RATE - 10])) < 1e-4 < np.max(np.abs(audio[2 * RATE :]))


def test_faults_are_told_with_their_track(tmp_path: Path, out: Path, run: Run) -> None:
    folder = tmp_path / "faulty"
    folder.mkdir()
    loud = np.clip(9.0 * tone(90, 2.0), -1.0, 1.0)
    for name, audio in (("Kick", loud), ("Vox", tone(440, 2.0) + 0.05), ("Vox copy", tone(440, 2.0) + 0.05)):
        write(folder / f"{name}.wav", audio)
    notes = run("mix", folder, "-o", out / "m.wav", "--view", "dry", "--json").json["notes"]
    assert any(note.startswith("Kick: is clipped in") for note in notes)
    assert any(note.startswith("Vox, Vox copy: has a DC offset") for note in notes)
    assert any(note.startswith("Vox copy: is a copy of Vox") for note in notes)
    assert notes == list(dict.fromkeys(notes))


def test_what_the_mixer_flips_is_not_told_twice(tmp_path: Path, out: Path, run: Run) -> None:
    snare = np.random.default_rng(0).normal(0.0, 0.1, 2 * RATE) * np.exp(-np.arange(2 * RATE) % (RATE // 2) / 4000.0)
    write(tmp_path / "Snare Top.wav", snare.astype(np.float32))
    write(tmp_path / "Snare Bottom.wav", (-0.8 * snare).astype(np.float32))
    sources = (tmp_path / "Snare Top.wav", tmp_path / "Snare Bottom.wav")
    against = {}
    for method in ("rules", "mono"):
        notes = run("mix", *sources, "-o", out / "m.wav", "--method", method, "--view", "dry", "--json").json["notes"]
        against[method] = [note for note in notes if "works against" in note]
    assert len(against["rules"]) == len(against["mono"]) == 1
    assert "polarity switch" in against["mono"][0]


def test_samples_that_clip_without_a_target_are_counted(tmp_path: Path, out: Path, run: Run) -> None:
    write(tmp_path / "Gtr.wav", 9.0 * tone(220), subtype="FLOAT")
    words = (
        "mix",
        tmp_path / "Gtr.wav",
        "-o",
        out / "m.wav",
        "--method",
        "mono",
        "--view",
        "dry",
        "--target-lufs",
        "off",
    )
    answer = run(*words, "--json")
    assert answer.json["mix"]["clipped_samples"] > 0
    assert any("samples clipped: choose" in note for note in answer.json["notes"])
    floating = run(*words, "--bit-depth", 32, "--json")
    assert floating.json["mix"]["clipped_samples"] == 0
    assert np.max(np.abs(read(out / "m.wav"))) > 1.0


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("view", ["dry", "wet"])
def test_every_folder_of_real_stems(view: str, shared_data: Path, out: Path, run: Run) -> None:
    for folder in sorted((shared_data / "stems").iterdir()):
        answer = run("mix", folder, "-o", out / "m.wav", "--view", view, "--json")
        assert answer.code == 0, answer.err
        assert answer.json["tracks"] == len(list(folder.iterdir()))
        audio, rate = soundfile.read(out / "m.wav")
        peak, loudness = true_peak_dbtp(audio, rate), integrated_loudness_lufs(audio, rate)
        if answer.json["mix"]["limited_by"] == "ceiling":
            assert peak == pytest.approx(-1.0, abs=0.1) and loudness < -13.7
        else:
            assert loudness == pytest.approx(-14.0, abs=0.3) and peak < -0.9
