# SPDX-License-Identifier: Apache-2.0
"""The use cases as functions: what scripts and the window call."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist import api
from mixassist.api import testing as self_testing
from mixassist.api.checking import check_tracks, sentences
from mixassist.api.columns import width
from mixassist.api.comparing import comparison_lines
from mixassist.api.exporting import MixReport
from mixassist.api.inspecting import inspection_lines
from mixassist.api.mixing import MixOptions, mix
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken

RATE = 44_100


def tone(frequency_hz: float, level: float = 0.2, seconds: float = 1.0) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    """A folder of two mono stems."""
    folder = tmp_path / "stems"
    folder.mkdir()
    for name, frequency in (("Kick", 60), ("Vox", 440)):
        soundfile.write(folder / f"{name}.wav", tone(frequency), RATE, subtype="PCM_24")
    return folder


def test_a_script_mixes_in_four_calls(stems: Path, tmp_path: Path) -> None:
    opened = api.open_source([stems])
    assert opened.session.name == "stems" and [t.name for t in opened.session.tracks] == ["Kick", "Vox"]
    suggestion = api.automix(opened.session, opened.stems, "equal-loudness")
    assert all(not t.channel.prediction for t in opened.session.tracks)  # a suggestion changes nothing by itself
    session = api.apply_suggestion(opened.session, suggestion)
    assert session.method == "equal-loudness" and session.master == suggestion.master
    report = api.export_mix(session, opened.stems, tmp_path / "mix.wav")
    assert report.integrated_lufs == pytest.approx(-14.0, abs=0.3)
    assert report.seconds == 1.0
    assert soundfile.info(tmp_path / "mix.wav").frames == RATE


def test_locked_controls_stay_as_they_are(stems: Path) -> None:
    opened = api.open_source([stems])
    vox = opened.session.track_named("Vox")
    locked = replace(vox.channel.with_controls({"fader_db": -3.0}), locks=frozenset({"fader_db"}))
    session = opened.session.with_track(vox.with_channel(locked))
    mixed = api.apply_suggestion(session, api.automix(session, opened.stems, "random", seed=3, fit_master=False))
    assert mixed.track_named("Vox").channel.controls["fader_db"] == -3.0
    assert mixed.track_named("Kick").channel.controls["fader_db"] != 0.0


def test_the_same_seed_draws_the_same_and_values_are_round(stems: Path) -> None:
    opened = api.open_source([stems])
    draws = [api.automix(opened.session, opened.stems, "random", seed=s, fit_master=False) for s in (1, 1, 2)]
    first, again, other = (dict(d.predictions) for d in draws)
    assert first == again != other
    assert all(float(v) == round(float(v), 6) for c in first.values() for v in c.values() if isinstance(v, float))


def test_nothing_is_written_over_what_the_mix_is_made_from(stems: Path, tmp_path: Path) -> None:
    opened = api.open_source([stems])
    before = {p: p.read_bytes() for p in stems.iterdir()}
    link = tmp_path / "link.wav"
    link.symlink_to(stems / "Vox.wav")
    own = tmp_path / "song.mixassist"
    own.write_text("a session")
    mixing = {"session": opened.session, "stems": opened.stems}
    for target in (stems / "Kick.wav", link):
        with pytest.raises(MixAssistError, match="would overwrite a file that the mix is made from"):
            api.export_mix(**mixing, path=target)
        with pytest.raises(MixAssistError, match="would overwrite a file that the mix is made from"):
            api.export_parameters(opened.session, target)
    with pytest.raises(MixAssistError, match="would overwrite"):
        api.export_parameters(opened.session, own, inputs=[own])
    hidden = tmp_path / "take.mixassist"
    hidden.hardlink_to(stems / "Vox.wav")
    with pytest.raises(MixAssistError, match="would overwrite"):
        api.save(opened.session, hidden)
    for write in (lambda: api.export_stems(**mixing, folder=stems), lambda: api.write_report(stems, *mixing.values())):
        with pytest.raises(MixAssistError, match="the files that the mix is made from lie here"):
            write()
    # What was read of tracks that are gone comes back with an undo.
    for track in opened.session.tracks:
        opened.stems.stem(track.source, RATE)
    without = replace(opened.session, tracks=opened.session.tracks[:1])
    with closing(opened.stems), pytest.raises(MixAssistError, match="would overwrite"):
        api.export_mix(without, opened.stems, stems / "Vox.wav")
    assert {p: p.read_bytes() for p in stems.iterdir()} == before
    assert own.read_text() == "a session"


def test_what_cannot_be_asked_for(stems: Path, tmp_path: Path) -> None:
    opened = api.open_source([stems])
    with pytest.raises(MixAssistError, match="magic: there is no such method"):
        api.automix(opened.session, opened.stems, "magic")
    empty = type(opened.session)()
    with pytest.raises(MixAssistError, match="no tracks"):
        api.automix(empty, opened.stems)
    with pytest.raises(MixAssistError, match="no tracks"):
        api.export_mix(empty, opened.stems, tmp_path / "m.wav")
    with pytest.raises(MixAssistError, match="nothing to open"):
        api.open_source([])


@pytest.mark.parametrize("moment", [0.0, 0.05, 0.2, 0.35, 0.5, 0.69, 0.75, 0.79, 0.85, 0.92, 0.99])
@pytest.mark.parametrize("was_there", [False, True])
def test_cancelled_at_any_moment_nothing_is_left(moment: float, was_there: bool, stems: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "parts").mkdir(parents=True)
    if was_there:
        for name in ("m.wav", "p.json", "parts/Kick.wav", "parts/mine.txt"):
            (out / name).write_text(f"old {name}")
    else:
        (out / "parts").rmdir()
    before = _contents(out)
    cancel = CancelToken()

    def progress(fraction: float, what: str) -> None:
        if fraction >= moment:
            cancel.cancel()

    options = MixOptions(
        (str(stems),), str(out / "m.wav"), view=View.DRY, parameters_out=str(out / "p.json"),
        stems_out=str(out / "parts"), report=str(out / "report"),
    )  # fmt: skip
    with pytest.raises(Cancelled):
        mix(options, progress, cancel)
    assert _contents(out) == before


def test_all_results_of_a_mix_appear_together(stems: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "m.wav").write_text("old")
    options = MixOptions(
        (str(stems),), str(out / "m.wav"), view=View.DRY, parameters_out=str(out / "p.json"),
        stems_out=str(out / "deep" / "parts"),
    )  # fmt: skip
    seen: list[set[str]] = []
    outcome = mix(options, lambda *_: seen.append({p.name for p in out.iterdir() if not p.name.startswith(".")}))
    assert all(names == {"m.wav"} for names in seen)
    assert sorted(_contents(out)) == [
        "deep",
        "deep/parts",
        "deep/parts/Kick.wav",
        "deep/parts/Vox.wav",
        "m.wav",
        "p.json",
    ]
    assert outcome.report.path == str(out / "m.wav")
    assert outcome.written == tuple(
        str(out / n) for n in ("m.wav", "p.json", "deep/parts/Kick.wav", "deep/parts/Vox.wav")
    )
    assert soundfile.info(out / "m.wav").frames == outcome.session.length_frames >= RATE


def _contents(folder: Path) -> dict[str, bytes]:
    """Returns everything in a folder, hidden or not, by its path within it."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


def test_progress_only_rises_and_ends_at_one(stems: Path, tmp_path: Path) -> None:
    told: list[float] = []
    options = MixOptions((str(stems),), str(tmp_path / "m.wav"), stems_out=str(tmp_path / "parts"))
    mix(options, lambda fraction, what: told.append(fraction))
    assert all(0.0 <= f <= 1.0 for f in told) and told == sorted(told)


def test_a_file_compared_with_itself_nulls(stems: Path) -> None:
    found = api.compare(stems / "Vox.wav", stems / "Vox.wav")
    assert found["null_depth_db"] is None and found["not_finite"]["null_depth_db"] == "-inf"
    assert found["mean_absolute_error"] == found["stft_total"] == 0.0
    json.dumps(found, allow_nan=False)
    lines = comparison_lines(found)
    assert any(line.split() == ["Null", "depth", "−∞", "dB"] for line in lines)
    assert any(line.startswith("  Integrated loudness") and line.count("LUFS") == 2 for line in lines)


def test_a_quieter_copy_differs_in_level_alone(stems: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "quiet.wav", 0.5 * tone(440), RATE, subtype="FLOAT")
    found = api.compare(stems / "Vox.wav", tmp_path / "quiet.wav")
    assert found["loudness_difference_lu"] == pytest.approx(-6.02, abs=0.02)
    assert found["gain_db"] == pytest.approx(6.02, abs=0.02)
    assert found["null_depth_db"] < -60.0


def test_inspection_measures_every_track(stems: Path) -> None:
    soundfile.write(stems / "Pad.wav", np.zeros((RATE, 2)), RATE)
    found = api.inspect([stems])
    assert [t["name"] for t in found["tracks"]] == ["Kick", "Pad", "Vox"]
    kick, pad, vox = found["tracks"]
    assert vox["sample_peak_dbfs"] == pytest.approx(20 * np.log10(0.2), abs=0.01)
    assert vox["rms_dbfs"] == pytest.approx(20 * np.log10(0.2 / np.sqrt(2)), abs=0.01)
    assert kick["instrument"] == "kick" and vox["instrument"] == "lead_vocal"
    assert pad["integrated_lufs"] is None and pad["faults"] == ["is silent throughout"]
    json.dumps(found, allow_nan=False)


def test_the_table_of_an_inspection_is_aligned_and_its_lengths_agree(tmp_path: Path) -> None:
    for name in ("x" * 200, "ベース", "Kick"):
        soundfile.write(tmp_path / f"{name}.wav", tone(220, seconds=0.05), RATE)
    head, *below = inspection_lines(api.inspect([tmp_path]))
    rows = [line for line in below if " mono " in line]
    assert len(rows) == 3
    assert "0.050 s" in head and all(" 0.050 s" in row for row in rows)
    assert len({width(row[: row.index("mono")]) for row in rows}) == 1
    assert max(width(row) for row in rows) < 120


def test_two_identical_sides_are_a_note_and_no_fault(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "Pad.wav", np.repeat(tone(220)[:, None], 2, axis=1), RATE)
    found = api.inspect([tmp_path])
    (track,) = found["tracks"]
    assert track["faults"] == []
    assert track["notes"] == ["has two identical sides and is treated as mono"]
    assert any("note: has two identical sides" in line for line in inspection_lines(found))
    opened = api.open_source([tmp_path])
    api.decode(opened.session, opened.stems)
    assert api.find_session_faults(opened.session, opened.stems) == ()
    opened.stems.close()


def test_checking_knows_when_there_is_no_sound(tmp_path: Path) -> None:
    for name in "ab":
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(RATE), RATE)
    opened = api.open_source([tmp_path])
    api.decode(opened.session, opened.stems)
    assert check_tracks(opened.session, opened.stems).is_silent


def test_tracks_of_which_the_same_is_said_share_a_line() -> None:
    notes = [("A", "x"), ("B", "y"), ("C", "x"), ("", "z"), *((f"T{n}", "many") for n in range(6))]
    assert sentences(notes) == ("A, C: x", "B: y", "z", "T0, T1, T2, 3 more tracks: many")


def test_a_report_tells_what_the_mix_measures(stems: Path, tmp_path: Path) -> None:
    opened = api.open_source([stems])
    session = api.apply_suggestion(opened.session, api.automix(opened.session, opened.stems, "mono"))
    report = api.export_mix(session, opened.stems, tmp_path / "m.wav")
    metrics = api.write_report(tmp_path / "report", session, opened.stems, report, notes=("a note",))
    assert json.loads((tmp_path / "report" / "metrics.json").read_text()) == metrics
    assert metrics["measures"]["integrated_lufs"] == report.integrated_lufs
    assert metrics["views"]["wet"]["integrated_lufs"] == pytest.approx(report.integrated_lufs, abs=0.05)
    assert metrics["notes"] == ["a note"]


def test_the_sentence_on_a_mix_agrees_with_its_numbers() -> None:
    report = MixReport("m.wav", "wet", RATE, 1.0, 3.0, -14.04, -2.0, "loudness", loudness_target_lufs=-14.0)
    assert report.sentence == "-14.0 LUFS, -2.0 dBTP, master +3.00 dB: the loudness target of -14.0 LUFS was met"
    assert "target of -14.0 LUFS was nearly met" in replace(report, integrated_lufs=-14.06).sentence
    assert replace(report, clipped_samples=1).sentence.endswith("; 1 sample clipped")
    assert report.to_dict()["clipped_samples"] == 0


def test_evaluate_knows_its_tables(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="there is no such table"):
        api.evaluate("weather")
    with pytest.raises(MixAssistError, match="the data is not there"):
        api.evaluate("mix", data=tmp_path / "nowhere")


@pytest.mark.slow
def test_the_self_test_passes_and_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = api.self_test()
    assert outcome["passed"], outcome["missed"]
    lines = self_testing.self_test_lines(outcome)
    assert lines[0].startswith("self-test passed")
    stored = {**outcome["stored"], "integrated_lufs": -10.0}
    (tmp_path / "self-test.json").write_text(json.dumps(stored))
    monkeypatch.setattr(self_testing, "resource_path", lambda name: tmp_path / name)
    outcome = api.self_test()
    assert not outcome["passed"] and outcome["missed"] == "integrated_lufs"
    assert any("stored: -10.0" in line for line in self_testing.self_test_lines(outcome))
