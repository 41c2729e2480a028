# SPDX-License-Identifier: Apache-2.0
"""Parameter tables: the exchange format of the command line, and CSV."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import KEYS, PARAMETERS
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.interchange.parameters_file import (
    ChannelParameters,
    ParameterTable,
    apply_parameters,
    parameter_table,
    read_parameters,
    source_text,
    write_parameters_csv,
    write_parameters_json,
)

from .conftest import sessions


def _track(track_id: str, name: str, path: str = "", **values: float) -> Track:
    file = AudioFile(path or f"/stems/{name}.wav", 1, 44_100, 1, 1)
    track = Track(track_id, name, AudioSource((SourceSide(file),)))
    return track.with_channel(track.channel.with_controls(dict(values)))


def _pans(session: Session) -> dict[str, object]:
    return {t.name: t.channel.controls["pan"] for t in session.tracks}


def test_the_layout_is_the_one_of_the_command_line(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "P.json"
    write_parameters_json(path, session)
    document = json.loads(path.read_text("utf-8"))
    assert list(document) == ["format", "version", "channels"]
    assert (document["format"], document["version"]) == ("mixassist-parameters", 1)
    assert [list(c) for c in document["channels"]] == [["name", "source", "parameters"]] * 4
    assert [(c["name"], c["source"]) for c in document["channels"]] == [
        ("Kick", "kick.wav"),
        ("Overhead", "live.wav [3]"),
        ("Guitar", "gtr.L.wav + gtr.R.wav"),
        ("Vocals", "vocals.wav"),
    ]
    assert document["channels"][0]["parameters"] == {**NEUTRAL, "pan": -0.25, "fader_db": -6.5}
    assert tuple(document["channels"][0]["parameters"]) == KEYS


@pytest.mark.parametrize(
    ("sides", "text"),
    [
        ([("/x/synth.wav", 2, 0), ("/x/synth.wav", 2, 1)], "synth.wav"),
        ([("/x/synth.wav", 2, 1), ("/x/synth.wav", 2, 0)], "synth.wav [2] + synth.wav [1]"),
        ([("/x/synth.wav", 2, 0)], "synth.wav [1]"),
        ([("/x/a.wav", 1, 0), ("/x/b.wav", 8, 5)], "a.wav + b.wav [6]"),
    ],
)
def test_sources_tell_files_and_channels(sides: list[tuple[str, int, int]], text: str) -> None:
    made = tuple(SourceSide(AudioFile(path, 1, 44_100, 1, count), channel) for path, count, channel in sides)
    assert source_text(AudioSource(made)) == text


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(session=sessions())
def test_any_sessions_table_comes_back_and_applies(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "P.json"
    write_parameters_json(path, session)
    table = read_parameters(path)
    assert table == parameter_table(session)
    reset = session.with_channels(lambda t: t.channel.with_controls(dict(NEUTRAL)))
    again, notes = apply_parameters(reset, table)
    assert again == session
    assert notes == ()


def test_a_table_may_hold_some_controls_only(tmp_path: Path) -> None:
    path = tmp_path / "P.json"
    channel = {"name": "Kick", "parameters": {"pan": 1, "polarity_inverted": True}}
    path.write_text(json.dumps({"format": "mixassist-parameters", "version": 1, "channels": [channel]}))
    session, notes = apply_parameters(Session(tracks=(_track("a", "Kick", fader_db=-3.0),)), read_parameters(path))
    assert session.tracks[0].channel.controls == Controls({"pan": 1.0, "polarity_inverted": True, "fader_db": -3.0})
    assert notes == ()


def _entry(name: str, source: str, pan: float) -> ChannelParameters:
    return ChannelParameters(name, source, {"pan": pan})


def test_channels_are_matched_by_source_before_name() -> None:
    session = Session(tracks=(_track("a", "Kick", "/x/snare.wav"), _track("b", "Snare", "/x/kick.wav")))
    table = ParameterTable((_entry("Kick", "kick.wav", 0.1), _entry("Snare", "snare.wav", 0.2)))
    applied, notes = apply_parameters(session, table)
    assert _pans(applied) == {"Kick": 0.2, "Snare": 0.1}
    assert notes == ()


def test_the_same_file_twice_is_told_apart_by_name_then_order() -> None:
    session = Session(tracks=(_track("a", "A", "/1/x.wav"), _track("b", "B", "/2/x.wav"), _track("c", "C", "/3/x.wav")))
    table = ParameterTable((_entry("?", "x.wav", 0.1), _entry("B", "x.wav", 0.2), _entry("!", "x.wav", 0.3)))
    assert _pans(apply_parameters(session, table)[0]) == {"A": 0.1, "B": 0.2, "C": 0.3}


def test_what_fits_nothing_is_noted_and_the_rest_keeps_its_values() -> None:
    session = Session(tracks=(_track("a", "Kick", pan=0.5), _track("b", "Bass", pan=-0.5)))
    table = ParameterTable((_entry("kick", "elsewhere.wav", 0.1), _entry("Strings", "strings.wav", 0.2)))
    applied, notes = apply_parameters(session, table)
    assert _pans(applied) == {"Kick": 0.1, "Bass": -0.5}
    assert notes == ('no track fits the table\'s "Strings", left out; the table holds nothing for "Bass", unchanged',)


def test_a_channel_that_is_there_twice_is_told_so() -> None:
    session = Session(tracks=(_track("a", "Vox"),))
    table = ParameterTable((_entry("Vox", "Vox.wav", 0.1), _entry("vox", "Vox.wav", 0.2)))
    applied, notes = apply_parameters(session, table)
    assert _pans(applied) == {"Vox": 0.1}
    assert notes == ('the table holds "vox" more than once, the first was used',)


def test_a_table_that_fits_no_track_is_refused_with_both_lists() -> None:
    session = Session(tracks=(_track("a", "Kick"), _track("b", "Bass")))
    with pytest.raises(MixAssistError, match='it is for "Strings", and the tracks are "Kick" and "Bass"'):
        apply_parameters(session, ParameterTable((_entry("Strings", "strings.wav", 0.2),)))
    with pytest.raises(MixAssistError, match="holds no channel"):
        apply_parameters(session, ParameterTable(()))
    many = ParameterTable(tuple(_entry(f"S{n}", "", 0.0) for n in range(30)))
    with pytest.raises(MixAssistError, match='"S9" and 20 more'):
        apply_parameters(session, many)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"format": "mixassist-session", "format_version": 1}, "is not a MixAssist parameter table"),
        ({"version": 2}, "newer MixAssist (version 2). Update MixAssist"),
        ({"version": 0}, "unknown version 0"),
        ({"version": "1"}, "version must be a whole number, not text"),
        ({"channels": {}}, "channels must be a list, not an object"),
        ({"channels": [3]}, "channels/1 must be an object"),
        ({"channels": [{"name": "Kick"}]}, 'lacks "parameters"'),
        ({"channels": [{"name": 3, "parameters": {}}]}, "name must be text"),
        ({"channels": [{"name": "Kick", "source": 1, "parameters": {}}]}, "source is not the path"),
        ({"channels": [{"name": "Kick", "parameters": {"pan": 2}}]}, 'channel "Kick": pan: 2 is not a value of pan'),
        ({"channels": [{"name": "Kick", "parameters": {"fader_db": "0"}}]}, 'channel "Kick": fader_db:'),
        ({"channels": [{"name": "Kick", "parameters": {"fader": 0}}]}, 'channel "Kick": fader: there is no such'),
        ({"channels": [{"name": "Kick", "parameters": []}]}, "must be an object, not a list"),
    ],
)
def test_a_table_that_is_none_is_one_sentence(tmp_path: Path, document: dict[str, Any], words: str) -> None:
    path = tmp_path / "P.json"
    path.write_text(json.dumps({"format": "mixassist-parameters", "version": 1, "channels": [], **document}))
    with pytest.raises(MixAssistError) as caught:
        read_parameters(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert words in line
    assert "\n" not in line


def test_csv_has_units_a_row_a_channel_and_points(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "P.csv"
    write_parameters_csv(path, session)
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head[:2] == ["name", "source"]
    assert [cell.split(" ")[0] for cell in head[2:]] == list(KEYS)
    assert head[2 + KEYS.index("mid_freq_hz")] == "mid_freq_hz [Hz]"
    assert head[2 + KEYS.index("ratio")] == "ratio [x:1]"
    assert head[-1] == "pan"
    assert [row[0] for row in rows] == ["Kick", "Overhead", "Guitar", "Vocals"]
    assert rows[0][-2:] == ["-6.5", "-0.25"]
    for row, track in zip(rows, session.tracks, strict=True):
        for p, cell in zip(PARAMETERS, row[2:], strict=True):
            value = {"on": True, "off": False}.get(cell, cell) if not p.is_continuous else float(cell)
            assert value == track.channel.controls[p.key]


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sessions())
def test_any_sessions_csv_comes_back(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "P.csv"
    write_parameters_csv(path, session)
    back = read_parameters(path).channels
    assert [dict(c.parameters) for c in back] == [dict(t.channel.controls) for t in session.tracks]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_csv_that_a_spreadsheet_saved_is_read(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "P.CSV"
    rows = [["pan", "name", "fader_db [dB]", "polarity_inverted", "reverb_type"], ["0,5", "'=Kick", "-3", "ON", "hall"]]
    rows += [["", "Bass", "", "", ""], ["", "", "", "", ""]]
    path.write_text("\ufeff" + "\r\n".join(separator.join(row) for row in rows))
    kick, bass = read_parameters(path).channels
    assert (kick.name, kick.source, bass.name, dict(bass.parameters)) == ("=Kick", "", "Bass", {})
    assert kick.parameters == {"pan": 0.5, "fader_db": -3.0, "polarity_inverted": True, "reverb_type": "hall"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("hello\n", "its first line must be"),
        ("name,volume\nKick,1\n", 'the column "volume" is no control'),
        ("name,pan,pan\nKick,1,1\n", 'the column "pan" is there twice'),
        ("name,pan\nKick,1,1\n", "line 2 has 3 cells"),
        ("name,pan\nKick,left\n", 'channel "Kick": pan:'),
        ("name,pan\nKick,7\n", 'channel "Kick": pan: 7'),
        ("name,pan\nKick,nan\n", 'channel "Kick": pan:'),
        ("name,polarity_inverted\nKick,perhaps\n", 'channel "Kick": polarity_inverted:'),
        ('name,pan\n"Kick,1\n', "no valid CSV"),
    ],
)
def test_a_csv_that_is_no_table_is_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "P.csv"
    path.write_text(text)
    with pytest.raises(MixAssistError) as caught:
        read_parameters(path)
    assert str(caught.value).startswith(f"{path}: ") and words in str(caught.value)


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)"])
def test_names_cannot_run_in_a_spreadsheet(tmp_path: Path, name: str) -> None:
    path = tmp_path / "P.csv"
    write_parameters_csv(path, Session(tracks=(_track("a", name, f"/stems/{name}.wav"), _track("b", 'a,"b"'))))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[1][:2] == ["'" + name, f"'{name}.wav"]
    assert rows[2][0] == 'a,"b"'


def test_a_place_that_cannot_be_written_is_one_sentence(session: Session, tmp_path: Path) -> None:
    for write in (write_parameters_json, write_parameters_csv):
        with pytest.raises(MixAssistError):
            write(tmp_path / "nowhere" / "P", session)
        with pytest.raises(MixAssistError):
            write(tmp_path, session)
