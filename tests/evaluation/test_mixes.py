# SPDX-License-Identifier: Apache-2.0
"""The evaluation of mixers: its measures on mixes of known faults, and its table on small made-up songs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.methods import METHODS, predict
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.cross import cross_text
from mixassist.evaluation.excerpts import VARIANTS, Excerpt, excerpt_folders, levelled_inputs, read_excerpt
from mixassist.evaluation.four_stems import in_four_raw_stems, in_four_stems
from mixassist.evaluation.mix_measures import Reference, balance_error_db
from mixassist.evaluation.mix_rendering import RenderedMix, render_mix
from mixassist.evaluation.mix_table import MixScore, MixTable
from mixassist.evaluation.mixes import evaluate_mix

RATE_HZ = 44_100


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Two songs of three stems; the artist has the voice 10 dB over the rest."""
    for number, song in enumerate(("One-1", "Two-1")):
        folder = tmp_path / song
        folder.mkdir()
        lots = np.random.default_rng(number)
        for name, level in (("lead vox", 0.1), ("guitar", 0.03), ("keys", 0.03)):
            sound = level * lots.standard_normal((RATE_HZ, 2))
            soundfile.write(folder / f"{name}.wav", sound, RATE_HZ, subtype="FLOAT")
    return tmp_path


def test_inputs_carry_no_levels(songs: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(songs)[0])
    for item in levelled_inputs(excerpt, "normalised"):
        assert loudness_lufs(item.samples, RATE_HZ) == pytest.approx(-23.0, abs=0.05)
    moved = [loudness_lufs(i.samples, RATE_HZ) for i in levelled_inputs(excerpt, "randomised")]
    again = [loudness_lufs(i.samples, RATE_HZ) for i in levelled_inputs(excerpt, "randomised")]
    assert moved == again
    assert np.ptp(moved) > 1.0
    assert max(abs(np.asarray(moved) + 23.0)) <= 12.1


def test_the_artists_own_faders_score_nought(songs: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(songs)[0])
    inputs, reference = levelled_inputs(excerpt, "normalised"), Reference(excerpt)
    wanted = reference.wanted_lufs
    controls = {i.track.id: Controls({"fader_db": float(w) + 23.0}) for i, w in zip(inputs, wanted, strict=True)}
    values = reference.measure(render_mix(inputs, controls, RATE_HZ))
    assert values["balance_db"] == pytest.approx(0.0, abs=0.05)
    assert values["stft"] == pytest.approx(0.0, abs=0.02)


def test_balance_takes_the_common_offset_off_and_punishes_silence() -> None:
    wanted = np.array([-20.0, -30.0, -np.inf, -25.0])
    assert balance_error_db(wanted - 7.0, wanted) == pytest.approx(0.0)
    off = np.array([-20.0, -27.0, -np.inf, -25.0])
    assert balance_error_db(off, wanted) == pytest.approx((2.0 + 1.0 + 1.0) / 3.0)
    assert balance_error_db(np.array([-20.0, -np.inf, -50.0, -25.0]), wanted) > 15.0


def test_neutral_bracket_is_passed_over_exactly(songs: Path) -> None:
    inputs = levelled_inputs(read_excerpt(excerpt_folders(songs)[0]), "normalised")
    plain = {i.track.id: NEUTRAL.replaced({"pan": 0.3, "fader_db": -4.0}) for i in inputs}
    # A shelf of a thousandth of a decibel goes through the whole strip.
    whole = {key: c.replaced({"low_shelf_gain_db": 0.001}) for key, c in plain.items()}
    one, other = (render_mix(inputs, c, RATE_HZ).audio for c in (plain, whole))
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_table_of_small_songs(songs: Path) -> None:
    seen: list[float] = []
    methods = ("rules", "equal-loudness", "random", "fixed-rule")
    table = evaluate_mix(songs, methods, views=("dry", "wet"), progress=lambda fraction, what: seen.append(fraction))
    assert len(table.scores) == 2 * 4 * 2 * 2
    assert seen == sorted(seen) and seen[-1] == 1.0
    mine, other = (table.interval(m, "dry", "normalised", "balance_db") for m in ("rules", "equal-loudness"))
    assert mine.mean < other.mean
    assert table.wins("rules", "equal-loudness", "dry", "normalised", "balance_db") == (2, 2)
    assert table.difference("rules", "equal-loudness", "dry", "normalised", "balance_db").high < 0.0
    assert "equal-loudness" in table.to_text()
    assert len(json.loads(json.dumps(table.to_dict()))["scores"]) == 32


def test_interval_is_by_song() -> None:
    scores = tuple(
        MixScore("m", "dry", "normalised", f"{song}-{n}", song, {"balance_db": value})
        for song, value, count in (("A", 1.0, 5), ("B", 3.0, 1))
        for n in range(count)
    )
    interval = MixTable(scores).interval("m", "dry", "normalised", "balance_db")
    assert (interval.mean, interval.low, interval.high) == (2.0, 1.0, 3.0)


def test_bad_input_is_told(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no folders of stems"):
        evaluate_mix(tmp_path, ("mono",))
    with pytest.raises(MixAssistError, match="no such method"):
        evaluate_mix(tmp_path, ("magic",))
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "vox.wav").write_text("no audio")
    with pytest.raises(MixAssistError, match="cannot be read"):
        evaluate_mix(tmp_path, ("mono",))


def test_rules_come_nearer_than_equal_loudness_on_an_excerpt(shared_data: Path) -> None:
    excerpt = read_excerpt(shared_data / "stems" / "Sodium-2", 20.0)
    inputs, wanted = levelled_inputs(excerpt, "randomised"), Reference(excerpt).wanted_lufs
    errors = {
        method: balance_error_db(
            render_mix(inputs, predict(method, inputs, RATE_HZ).controls, RATE_HZ).stem_lufs, wanted
        )
        for method in ("rules", "equal-loudness", "mono")
    }
    assert errors["rules"] < min(errors["equal-loudness"], errors["mono"])


def test_mono_stems_are_wanted_as_loud_as_they_are_in_the_sum() -> None:
    lots = np.random.default_rng(0)
    mono, wide = lots.standard_normal((RATE_HZ, 1)), lots.standard_normal((RATE_HZ, 2))
    stems = tuple((0.05 * s).astype(np.float32) for s in (mono, wide))
    excerpt = Excerpt("song", "song", RATE_HZ, ("mono", "wide"), stems)
    # At −3 dB each side the fader of both has to give 3 dB back for the sum of the stems.
    controls = {name: Controls({"fader_db": 3.0103}) for name in excerpt.names}
    rendered = render_mix(levelled_inputs(excerpt, "raw"), controls, RATE_HZ)
    np.testing.assert_allclose(rendered.audio, excerpt.target(), atol=1e-5)
    assert Reference(excerpt).measure(rendered)["balance_db"] == pytest.approx(0.0, abs=0.01)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """One song of raw stems, the mix that known controls make of them, and these controls."""
    folder = tmp_path / "rock-001"
    (folder / "stems").mkdir(parents=True)
    lots = np.random.default_rng(0)
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    controls = {
        "vox": Controls({"fader_db": -3.0, "reverb_wet": 0.05}),
        "bass": Controls({"fader_db": -9.0, "low_shelf_gain_db": 3.0}),
        "synth": Controls({"fader_db": -15.0, "pan": 0.6}),
    }
    tracks = []
    for beat, name in enumerate(controls, 1):
        stem = (0.1 * lots.standard_normal(time.size) * np.exp(-3.0 * (time * beat % 1.0)))[:, None]
        soundfile.write(folder / "stems" / f"{name}.flac", stem, RATE_HZ, subtype="PCM_24")
        tracks.append(stem.astype(np.float32))
    raw = Excerpt("song", "song", RATE_HZ, tuple(controls), tuple(tracks))
    mix = render_mix(levelled_inputs(raw, "raw"), controls, RATE_HZ).audio
    soundfile.write(folder / "mix.flac", mix, RATE_HZ, subtype="PCM_24")
    channels = [
        {"name": name, "instrument": kind, "parameters": dict(controls[name])}
        for name, kind in zip(controls, ("lead_vocal", "bass", "synth_pad"), strict=True)
    ]
    (folder / "truth.json").write_text(json.dumps({"channels": channels}))
    return tmp_path


def test_a_given_mix_is_the_target_and_its_own_controls_come_near(given: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(given)[0])
    assert excerpt.names == ("bass", "synth", "vox") and excerpt.song == "rock-001"
    assert [excerpt.instrument(i) for i in range(3)] == ["bass", "synth_pad", "lead_vocal"]
    assert excerpt.variants() == ("raw",)
    reference = Reference(excerpt)

    def truth(inputs: object, *_: object, **__: object) -> Prediction:
        return Prediction(excerpt.truth)

    table = evaluate_mix(given, {"truth": truth, "mono": METHODS["mono"]}, views=("dry", "wet"))
    (wet,) = table.of("truth", "wet", "raw")
    assert wet.values["balance_db"] == pytest.approx(0.0, abs=1e-6)
    assert wet.values["balance_fit_db"] < 0.05
    assert wet.values["stft"] < 0.02 and wet.values["feature_error"] < 0.01
    assert wet.values["lead_wet_lu"] < -10.0
    (dry_one,), (mono,) = table.of("truth", "dry", "raw"), table.of("mono", "wet", "raw")
    assert wet.values["stft"] < dry_one.values["stft"] < mono.values["stft"]
    assert mono.values["balance_db"] > 3.0
    assert np.abs(reference.level_errors_db(RenderedMix(excerpt.target()))).max() < 2.0
    level = {row.instrument: row for row in table.decisions if row.method == "truth"}
    assert set(level) == {"lead_vocal", "bass", "synth_pad", ""}
    assert level[""].level_error_db == pytest.approx(0.0, abs=1e-6)


def test_controls_that_do_not_make_the_mix_are_not_believed(given: Path) -> None:
    excerpt = read_excerpt(given / "rock-001")
    exact = Reference(excerpt)
    assert not np.array_equal(exact.wanted_lufs, exact.fitted_lufs)
    # A stem that was turned down after its controls had been written.
    stems = (*excerpt.stems[:2], excerpt.stems[2] * np.float32(0.25))
    moved = Reference(replace(excerpt, stems=stems))
    assert np.array_equal(moved.wanted_lufs, moved.fitted_lufs)
    assert balance_error_db(moved.wanted_lufs, exact.wanted_lufs) < 1.5


def test_a_method_without_controls_is_measured_by_fit(given: Path) -> None:
    def plain_sum(inputs: Sequence[TrackAudio], sample_rate_hz: int) -> NDArray[np.float32]:
        return np.repeat(sum(i.samples for i in inputs), 2, axis=1)

    table = evaluate_mix(given, {"mono": METHODS["mono"]}, direct={"network": plain_sum}, views=("wet",))
    (direct,), (mono,) = table.of("network", "direct", "raw"), table.of("mono", "wet", "raw")
    for key in ("balance_fit_db", "stft", "stft_sum", "feature_error"):
        assert direct.values[key] == pytest.approx(mono.values[key], rel=1e-3)
    assert direct.values["balance_db"] == pytest.approx(mono.values["balance_db"], abs=1.0)
    plain = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert plain["scores"][1]["over_lead_lu"] is None


def test_trained_through_times_rendered_through(given: Path) -> None:
    mixers = {"through wet": METHODS["rules"], "through model": METHODS["mono"]}
    table = evaluate_mix(given, mixers, views=("wet", "model"), variants=VARIANTS[:1])
    text = cross_text(table)
    lines = text.splitlines()
    assert lines[1].split() == ["wet", "model", "wet", "less", "model"]
    for line, method in zip(lines[2:4], mixers, strict=True):
        assert line.startswith(method)
        for view in ("wet", "model"):
            assert f"{table.interval(method, view, 'raw', 'balance_db').mean:.3f} [" in line
    # A mono mix uses none of the three stages, so it is the same mix through every view.
    assert table.paired(("through model", "wet"), ("through model", "model"), "raw", "stft").mean == 0.0
    apart = table.paired(("through wet", "wet"), ("through wet", "model"), "raw", "stft")
    (wet,), (model,) = (table.of("through wet", view, "raw") for view in ("wet", "model"))
    assert apart.mean == pytest.approx(wet.values["stft"] - model.values["stft"])
    assert 0.0 < abs(apart.mean) < 0.3


def test_songs_are_found_in_every_layout(songs: Path, tmp_path: Path) -> None:
    assert [p.name for p in excerpt_folders(songs)] == ["One-1", "Two-1"]
    assert excerpt_folders(songs / "One-1") == [songs / "One-1"]
    outer = tmp_path / "outer"
    outer.mkdir()
    (songs / "One-1").rename(outer / "One-1")
    mix = outer / "One-1" / "target.wav"
    soundfile.write(mix, np.zeros((RATE_HZ // 2, 2)), RATE_HZ)
    excerpt = read_excerpt(outer / "One-1")
    assert "target" not in excerpt.names and len(excerpt.names) == 3
    assert excerpt.mix is not None and excerpt.stems[0].shape[0] == RATE_HZ // 2


def test_the_middle_of_a_long_song_is_judged(tmp_path: Path) -> None:
    ramp = np.arange(3 * RATE_HZ, dtype=np.float32)[:, None] / (4 * RATE_HZ)
    soundfile.write(tmp_path / "a.wav", ramp, RATE_HZ, subtype="FLOAT")
    excerpt = read_excerpt(tmp_path, 1.0)
    np.testing.assert_array_equal(excerpt.stems[0], ramp[RATE_HZ : 2 * RATE_HZ])


def test_bad_truth_is_told(given: Path) -> None:
    (given / "rock-001" / "truth.json").write_text('{"channels": [{"name": "vox", "parameters": {"pan": 7}}]}')
    with pytest.raises(MixAssistError, match=r"truth\.json"):
        read_excerpt(given / "rock-001")
    with pytest.raises(MixAssistError, match="no such view"):
        evaluate_mix(given, ("mono",), views=("wetter",))


def test_a_song_in_four_stems_is_the_same_mix(songs: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(songs)[0])
    four = in_four_stems(excerpt)
    assert four.names == ("vocals", "other")
    assert four.instruments == {"vocals": "lead_vocal", "other": "other"}
    np.testing.assert_allclose(four.target(), excerpt.target(), atol=1e-6)
    table = evaluate_mix(songs, ["equal-loudness"], views=["wet"], variants=["normalised"], four_stems="finished")
    whole = evaluate_mix(songs, ["equal-loudness"], views=["wet"], variants=["normalised"])
    one, other = (float(np.mean([s.values["balance_db"] for s in t.scores])) for t in (table, whole))
    # The voice stands 10.5 dB over one stem of the rest and 7.4 over both.
    assert one == pytest.approx(7.4 / 2, abs=0.1)
    assert other == pytest.approx(10.5 * 4 / 9, abs=0.1)


def test_raw_stems_are_summed_as_they_were_mixed_or_not_at_all() -> None:
    lots = np.random.default_rng(0)
    stems = tuple(0.1 * lots.standard_normal((RATE_HZ, 1)).astype(np.float32) for _ in range(3))
    names = ("lead vox", "guitar", "keys")
    truth = {n: Controls({"fader_db": -6.0 * i, "pan": -0.5 * i}) for i, n in enumerate(names)}
    raw = Excerpt("Song", "Song", RATE_HZ, names, stems, mix=np.zeros((RATE_HZ, 2), dtype=np.float32), truth=truth)
    mixed = render_mix(levelled_inputs(raw, "raw"), truth, RATE_HZ).audio
    np.testing.assert_allclose(in_four_stems(raw).target(), mixed, atol=1e-6)
    with pytest.raises(MixAssistError, match="how its raw stems were mixed"):
        in_four_stems(replace(raw, truth={}))


def test_raw_takes_are_summed_in_mono_as_loud_as_in_the_mix() -> None:
    lots = np.random.default_rng(1)
    stems = tuple(0.1 * lots.standard_normal((RATE_HZ, 1)).astype(np.float32) for _ in range(3))
    names = ("lead vox", "guitar", "keys")
    truth = {"lead vox": Controls({}), "guitar": Controls({"pan": -1.0}), "keys": Controls({"fader_db": -10.0})}
    plain = Excerpt("Song", "Song", RATE_HZ, names, stems, mix=np.zeros((RATE_HZ, 2), dtype=np.float32), truth=truth)
    raw = replace(plain, mix=render_mix(levelled_inputs(plain, "raw"), truth, RATE_HZ).audio)
    four = in_four_raw_stems(raw)
    assert four.names == ("vocals", "other") and all(stem.shape[1] == 1 for stem in four.stems)
    np.testing.assert_array_equal(four.target(), raw.target())
    parts = [float(np.vdot(four.stems[1], stem) / np.vdot(stem, stem)) for stem in stems]
    assert 20.0 * np.log10(parts[1] / parts[2]) == pytest.approx(10.0, abs=0.2), "faders count, pans do not"
    assert abs(parts[0]) < 0.05
    with pytest.raises(MixAssistError, match="not raw"):
        in_four_raw_stems(replace(raw, mix=None))


def test_other_kinds_of_four_stems_are_refused(songs: Path) -> None:
    with pytest.raises(MixAssistError, match="no such four stems"):
        evaluate_mix(songs, ["mono"], four_stems="halves")
