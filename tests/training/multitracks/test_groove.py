# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys
from pathlib import Path

import mido
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.groove import groove_performances
from mixassist.training.multitracks.midi_notes import notes_of
from mixassist.training.multitracks.notes import MIN_NOTE_S, Note

_HEAD = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split\n"


def _message(kind: str, note: int, velocity: int = 64) -> mido.Message:
    return mido.Message(kind, note=note, velocity=velocity)


@pytest.fixture
def groove_data(tmp_path: Path) -> Path:
    folder = tmp_path / "midi" / "groove"
    folder.mkdir(parents=True)
    track = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=500_000),
            mido.Message("note_on", note=22, velocity=90, time=480),  # a hi-hat's edge, after half a second
            mido.Message("note_off", note=22, velocity=0, time=48),
            mido.MetaMessage("set_tempo", tempo=1_000_000),
            mido.Message("note_on", note=58, velocity=30, time=432),  # a floor tom's rim
            mido.Message("note_on", note=58, velocity=0, time=48),
        ]
    )
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(folder / "a.mid")
    (folder / "info.csv").write_text(
        _HEAD
        + "drummer1,s,1,rock,120,beat,4-4,a.mid,,2.0,train\n"
        + "drummer5,s,2,jazz,90,fill,4-4,b.mid,,1.0,train\n"
        + "drummer1,s,3,rock,120,beat,4-4,not-there.mid,,2.0,train\n"
    )
    (folder / "b.mid").write_text("no MIDI at all")
    return tmp_path


def test_a_performance_in_general_midi_and_seconds(groove_data: Path) -> None:
    first, second = groove_performances(groove_data)
    assert (first.drummer, first.style, first.tempo_bpm, first.kind) == ("drummer1", "rock", 120.0, "beat")
    edge, rim = first.notes()
    assert (edge.pitch, edge.velocity, rim.pitch, rim.velocity) == (42, 90, 43, 30)
    assert (edge.start_s, edge.end_s) == pytest.approx((0.5, 0.55))
    assert (rim.start_s, rim.end_s) == pytest.approx((1.45, 1.55))
    with pytest.raises(MixAssistError, match="not a MIDI file"):
        second.notes()


def test_drummers_are_on_one_side_only(groove_data: Path) -> None:
    assert [p.drummer for p in groove_performances(groove_data, held_out=False)] == ["drummer1"]
    assert [p.drummer for p in groove_performances(groove_data, held_out=True)] == ["drummer5"]
    assert [p.drummer for p in groove_performances(groove_data, kind="fill")] == ["drummer5"]


@pytest.mark.parametrize("table", [None, "a,b\n1,2\n", _HEAD + "drummer1,s,1,rock,fast,beat,4-4,a.mid,,2.0,train\n"])
def test_tables_that_are_none(tmp_path: Path, table: str | None) -> None:
    folder = tmp_path / "midi" / "groove"
    folder.mkdir(parents=True)
    if table is not None:
        (folder / "info.csv").write_text(table)
    with pytest.raises(MixAssistError, match="table"):
        groove_performances(tmp_path)


def test_without_mido(groove_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mido", None)
    with pytest.raises(MixAssistError, match=r"needs mido.*mixassist\[train\]"):
        groove_performances(groove_data)[0].notes()


def test_pairing_of_messages() -> None:
    messages = [
        (0.0, _message("note_on", 60)),
        (0.5, _message("note_on", 60, 100)),  # struck again before it was let go
        (0.5, _message("note_on", 64, 1)),
        (0.6, _message("note_off", 64)),
        (0.6, mido.Message("control_change", control=64, value=127)),
        (0.7, _message("note_off", 99)),  # never struck
        (1.0, _message("note_on", 60, 0)),
        (2.0, _message("note_on", 70)),  # never let go
    ]
    assert notes_of(messages) == [
        Note(0.0, 0.5, 60, 64),
        Note(0.5, 0.6, 64, 1),
        Note(0.5, 1.0, 60, 100),
        Note(2.0, 2.0 + MIN_NOTE_S, 70, 64),
    ]


def test_the_real_performances(shared_data: Path) -> None:
    everybody = groove_performances(shared_data)
    assert len(everybody) == 1120
    held_out, others = (groove_performances(shared_data, held_out=side, kind="beat") for side in (True, False))
    assert not {p.drummer for p in held_out} & {p.drummer for p in others}
    assert 0.15 < len(held_out) / (len(held_out) + len(others)) < 0.3
    for performance in others[:: len(others) // 5]:
        notes = performance.notes()
        assert notes[-1].start_s == pytest.approx(performance.length_s, abs=3.0)
        assert {note.pitch for note in notes} <= set(range(35, 60))
