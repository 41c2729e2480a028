# SPDX-License-Identifier: Apache-2.0
"""Songs from MIDI: parts told apart, the busiest stretch found, folders written and read, raw takes and mixes made."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from mixassist.automix.hearing import loudness_lufs
from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENT
from mixassist.evaluation.excerpts import read_excerpt
from mixassist.training.multitracks.bands import melody_of, part_notes
from mixassist.training.multitracks.decisions import Decisions
from mixassist.training.multitracks.fluidsynth import SOUNDFONT, play_parts
from mixassist.training.multitracks.general_midi import instrument_of_drum_key, instrument_of_program
from mixassist.training.multitracks.human_mixes import HumanChannel, HumanMix
from mixassist.training.multitracks.midi_parts import busiest_start_s, cut_part, read_parts
from mixassist.training.multitracks.raw import at_loudness, made_raw
from mixassist.training.multitracks.rendered_songs import MIXES_EACH, held_out_songs, mixed_song, write_mixed_song
from mixassist.training.multitracks.songs import (
    is_held_out,
    narrowed,
    read_song,
    read_songs,
    render_midi_song,
    write_song,
)

RATE_HZ = 44_100


def write_midi(path: Path) -> Path:
    """A bass and a lead from the first second, drums from the tenth; two programs on one channel."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
    events: list[tuple[float, mido.Message]] = [
        (0.0, mido.Message("program_change", channel=0, program=33)),
        (0.0, mido.Message("program_change", channel=1, program=80)),
        (0.0, mido.Message("control_change", channel=0, control=7, value=20)),
        (12.0, mido.Message("program_change", channel=1, program=48)),
    ]
    for beat in range(48):
        time = 0.5 * beat
        for channel, pitch in ((0, 40), (1, 64 + beat % 5)):
            events.append((time, mido.Message("note_on", channel=channel, note=pitch, velocity=90)))
            events.append((time + 0.4, mido.Message("note_off", channel=channel, note=pitch)))
        if time >= 10.0:
            for key in (36, 38, 42):
                events.append((time, mido.Message("note_on", channel=9, note=key, velocity=100)))
                events.append((time + 0.1, mido.Message("note_on", channel=9, note=key, velocity=0)))
    last = 0
    for time, message in sorted(events, key=lambda e: e[0]):
        tick = round(mido.second2tick(time, 480, 500_000))
        track.append(message.copy(time=tick - last))
        last = tick
    mido.MidiFile(tracks=[track]).save(path)
    return path


def test_parts_are_told_apart_by_program_and_by_drum(tmp_path: Path) -> None:
    parts = read_parts(write_midi(tmp_path / "song.mid"))
    assert sorted(p.instrument for p in parts) == ["bass", "hihat", "kick", "snare", "strings", "synth_lead"]
    bass = next(p for p in parts if p.instrument == "bass")
    assert len(bass.onsets_s) == 48
    assert all(e.message.type != "control_change" for e in bass.events), "volume is what mixing is about"


def test_the_busiest_stretch_is_where_most_parts_play(tmp_path: Path) -> None:
    parts = read_parts(write_midi(tmp_path / "song.mid"))
    start = busiest_start_s(parts, 8.0)
    assert 4.0 <= start <= 12.0
    cut = [c for p in parts if (c := cut_part(p, start, 8.0)) is not None]
    assert {c.instrument for c in cut} >= {"bass", "kick", "strings", "synth_lead"}
    assert all(0.0 <= e.time_s < 8.0 for c in cut for e in c.events)


def test_a_melody_is_found_for_the_singer(tmp_path: Path) -> None:
    parts = read_parts(write_midi(tmp_path / "song.mid"))
    lead = next(p for p in parts if p.instrument == "synth_lead")
    assert [n.pitch for n in melody_of(parts)] == [n.pitch for n in part_notes(lead)]
    assert melody_of([p for p in parts if p.is_drum]) == []


def test_every_program_and_drum_has_an_instrument() -> None:
    assert {instrument_of_program(p) for p in range(128)} <= INSTRUMENT.keys()
    assert {instrument_of_drum_key(k) for k in range(128)} <= INSTRUMENT.keys()
    assert instrument_of_program(33) == "bass" and instrument_of_program(25) == "acoustic_guitar"


def test_what_is_no_midi_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.mid").write_bytes(b"no midi at all")
    with pytest.raises(MixAssistError, match="cannot be read as MIDI"):
        read_parts(tmp_path / "x.mid")


@pytest.mark.skipif(
    shutil.which("fluidsynth") is None or not SOUNDFONT.is_file(), reason="FluidSynth and FluidR3 are not installed"
)
def test_a_song_is_rendered_to_stems_that_sound_when_their_notes_do(tmp_path: Path) -> None:
    parts = read_parts(write_midi(tmp_path / "song.mid"))
    audio = play_parts(parts, 24.0)
    kick = audio[[p.instrument for p in parts].index("kick")]
    assert kick.shape == (24 * RATE_HZ, 2)
    assert np.abs(kick[: 9 * RATE_HZ]).max() < 1e-3 < np.abs(kick[10 * RATE_HZ :]).max()
    song = render_midi_song(tmp_path / "song.mid", tmp_path / "out", 12.0)
    assert song is not None and read_song(tmp_path / "out") == song
    assert {s.instrument for s in song.stems} >= {"bass", "kick", "snare"}


def a_song(folder: Path, name: str = "Tune") -> Path:
    lots = np.random.default_rng(0)
    time = np.arange(6 * RATE_HZ) / RATE_HZ
    stems = [
        ("01-bass.flac", "bass", "me", np.sin(2 * np.pi * 55 * time)[:, None]),
        ("02-lead.flac", "lead_vocal", "me", (np.sin(2 * np.pi * 440 * time) * lots.random(len(time)))[:, None]),
        ("03-keys.flac", "keys", "me", 0.1 * lots.standard_normal((len(time), 2))),
    ]
    write_song(folder, name, "made up", [(f, i, p, a.astype(np.float32)) for f, i, p, a in stems])
    return folder


def test_a_song_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    a_song(tmp_path / "Tune")
    (song,) = read_songs(tmp_path)
    assert song.name == "Tune" and [s.instrument for s in song.stems] == ["bass", "lead_vocal", "keys"]
    assert np.abs(song.read(song.stems[0])).max() == pytest.approx(0.5, abs=1e-3)


def test_other_folders_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "song.json").write_text(json.dumps({"name": "x", "source": "y", "stems": [{"file": "a"}]}))
    with pytest.raises(MixAssistError, match="is not a folder of clean stems"):
        read_song(tmp_path)
    bad = {"file": "a.flac", "instrument": "kazoo", "player": ""}
    (tmp_path / "song.json").write_text(json.dumps({"name": "x", "source": "y", "stems": [bad]}))
    with pytest.raises(MixAssistError, match="kazoo"):
        read_song(tmp_path)


def test_a_fifth_of_the_songs_measures_and_stays_the_same() -> None:
    share = np.mean([is_held_out(f"song {i}") for i in range(2000)])
    assert 0.17 < share < 0.23
    assert is_held_out("d_map07") == is_held_out("d_map07")


def test_sides_that_hardly_differ_become_one() -> None:
    lots = np.random.default_rng(0)
    middle, side = lots.standard_normal((1000, 1)), lots.standard_normal((1000, 1))
    wide, narrow = np.hstack([middle + side, middle - side]), np.hstack([middle + 0.01 * side, middle - 0.01 * side])
    assert narrowed(wide.astype(np.float32)).shape[1] == 2
    assert narrowed(narrow.astype(np.float32)).shape[1] == 1


def test_raw_takes_keep_their_length_and_are_finite_and_differ() -> None:
    lots = np.random.default_rng(0)
    clean = (0.2 * lots.standard_normal((RATE_HZ, 2))).astype(np.float32)
    takes = [made_raw(clean, np.random.default_rng(seed), clean[:, :1]) for seed in range(12)]
    assert all(t.shape[0] == RATE_HZ and np.isfinite(t).all() for t in takes)
    assert {t.shape[1] for t in takes} == {1, 2}
    assert len({t.tobytes() for t in takes}) == 12
    assert loudness_lufs(at_loudness(clean, -31.0), RATE_HZ) == pytest.approx(-31.0, abs=0.1)


def test_a_mixed_song_stands_at_the_levels_that_were_decided(tmp_path: Path) -> None:
    (song,) = [read_song(a_song(tmp_path / "Tune"))]
    levels = {"bass": -4.0, "lead_vocal": 4.0, "keys": -10.0}
    channels = tuple(
        HumanChannel(k, -25.0 - i, level, level, 0.3 if k == "lead_vocal" else 0.0, k == "keys", {}, None)
        for i, (k, level) in enumerate(levels.items())
    )
    made = mixed_song([song], Decisions([HumanMix("s", "A", 1.0, channels)]), np.random.default_rng(3))
    found = {}
    for name, controls in made.controls.items():
        gain = controls.number("input_gain_db") + controls.number("fader_db")
        sides = 0.0 if made.stems[name].shape[1] == 1 else -3.01
        found[made.instruments[name]] = loudness_lufs(made.stems[name], RATE_HZ) + gain + sides
    assert found["lead_vocal"] - found["bass"] == pytest.approx(8.0, abs=0.6)
    assert found["bass"] - found["keys"] == pytest.approx(6.0, abs=0.6)
    write_mixed_song(tmp_path / "held" / "Tune", "Tune", made)
    truth = json.loads((tmp_path / "held" / "Tune" / "truth.json").read_text())
    assert {c["name"] for c in truth["channels"]} == {p.stem for p in (tmp_path / "held/Tune/stems").glob("*.flac")}
    mix, rate = soundfile.read(tmp_path / "held" / "Tune" / "mix.flac")
    assert rate == RATE_HZ and np.abs(mix).max() == pytest.approx(0.7, abs=0.01)


def test_every_song_that_measures_is_mixed_by_several_engineers(tmp_path: Path) -> None:
    song = read_song(a_song(tmp_path / "Tune"))
    name = next(f"Tune {n}" for n in range(100) if is_held_out(f"Tune {n}"))
    learned = next(f"Tune {n}" for n in range(100) if not is_held_out(f"Tune {n}"))
    mixes = [
        HumanMix("s", str(n), 1.0, tuple(HumanChannel(k, -25.0, n, n, 0.0, False, {}, None) for k in ("bass", "keys")))
        for n in range(3)
    ]
    songs = [replace(song, name=name), replace(song, name=learned)]
    assert held_out_songs(songs, Decisions(mixes), tmp_path / "held") == MIXES_EACH
    folders = sorted((tmp_path / "held").iterdir())
    assert [f.name for f in folders] == [f"{name}, mix {n}" for n in range(1, MIXES_EACH + 1)]
    assert {read_excerpt(f).song for f in folders} == {name}, "the song is what counts in the tables"
    assert len({(f / "mix.flac").read_bytes() for f in folders}) == MIXES_EACH
    changed = [f.stat().st_mtime_ns for f in folders]
    held_out_songs(songs, Decisions(mixes), tmp_path / "held")
    assert [f.stat().st_mtime_ns for f in folders] == changed, "what is there already is left"
