# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mixassist.audio.files import file_format_for
from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.audio.stems import StemLibrary
from mixassist.audio.true_peak import true_peak_dbtp
from mixassist.domain.channel import View
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.domain.session import Master, Session
from mixassist.dsp.channel_strip import channel_strip, controls_tensor
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.mixdown import (
    MixMeasures,
    fit_master,
    master_for,
    measure_mix,
    mix_blocks,
    render_session,
    write_mix,
    write_stems,
)
from mixassist.rendering.play_graph import PlayGraph, PlayStrip

RATE = 44_100


def _whole(graph: PlayGraph) -> np.ndarray:
    return np.concatenate([np.zeros((0, 2), np.float32), *[block.copy() for block in mix_blocks(graph)]])


def _graph_of(audio: np.ndarray, gain: float = 1.0) -> PlayGraph:
    return PlayGraph((PlayStrip("a", audio.astype(np.float32), 0, gain, gain),), 1.0, len(audio), RATE)


def _tone(seconds: float, level: float, hertz: float = 997.0) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    return level * np.sin(2 * np.pi * hertz * times)[:, None].repeat(2, axis=1)


def _console_mix(session: Session) -> np.ndarray:
    """The mix by the console's own batch DSP, whole tracks at once in float64."""
    total = np.zeros((2, session.length_frames))
    for track in session.tracks:
        audio = soundfile.read(track.source.files[0].path, always_2d=True)[0].T
        placed = np.zeros((len(audio), session.length_frames - track.start_frames))
        placed[:, : audio.shape[1]] = audio
        tensors = controls_tensor([track.channel.controls], dtype=torch.float64)
        strip = channel_strip(torch.from_numpy(placed)[None], tensors, RATE)[0].numpy()
        total[:, track.start_frames :] += strip
    return total.T * 10 ** (session.master.gain_db / 20)


def test_wet_is_the_sum_of_the_consoles_strips(maker, stems: StemLibrary):
    session = replace(maker.session(), master=Master(gain_db=-3.0))
    mix = _whole(render_session(session, stems, View.WET))
    np.testing.assert_allclose(mix, _console_mix(session), atol=1e-5)


def test_dry_is_the_sum_of_the_stems(maker, stems: StemLibrary):
    session = maker.session(2.0)
    expected = np.zeros((session.length_frames, 2))
    for track in session.tracks:
        controls = track.channel.controls
        audio = soundfile.read(track.source.files[0].path, always_2d=True)[0]
        gain = 10 ** (controls.number("fader_db") / 20) * (-1 if controls["polarity_inverted"] else 1)
        angle = (controls.number("pan") + 1) * np.pi / 4
        expected[track.start_frames :][: len(audio)] += audio[:, [0, -1]] * gain * [np.cos(angle), np.sin(angle)]
    mix = _whole(render_session(session, stems, View.DRY))
    np.testing.assert_allclose(mix, expected, atol=1e-6)


def test_the_mix_ends_when_its_reverb_has_rung_out(maker, stems: StemLibrary):
    """Wet and dry are equally long; behind the stems only the reverb sounds, and at the end it is 60 dB down."""
    hall = {"reverb_wet": 0.5, "reverb_type": "hall"}
    session = Session(tracks=(maker.track("snare", maker.music(0, RATE, 1), controls=hall),))
    wet, dry = (_whole(render_session(session, stems, view)) for view in (View.WET, View.DRY))
    assert len(wet) == len(dry) == session.length_frames == RATE + 3 * RATE
    np.testing.assert_allclose(wet, _console_mix(session), atol=1e-5)
    assert not dry[RATE:].any()
    just_behind, last = (np.sqrt((part**2).mean()) for part in (wet[RATE : RATE + 4410], wet[-4410:]))
    assert just_behind > 1e-3
    assert last < 10 ** (-60 / 20) * np.sqrt((wet[:RATE] ** 2).mean())


def test_mute_and_solo_count_and_silent_tracks_are_not_rendered(maker, stems: StemLibrary, cache: RenderCache):
    session = maker.session(1.0)
    muted = session.with_channels(lambda t: replace(t.channel, mute=t.name != "plain"))
    soloed = session.with_channels(lambda t: replace(t.channel, solo=t.name == "plain"))
    mixes = [_whole(render_session(s, stems, View.WET, cache=cache)) for s in (muted, soloed)]
    assert mixes[0].any()
    assert np.array_equal(*mixes)
    assert list(cache.directory.iterdir()) == []


def test_the_cache_changes_no_bit(maker, stems: StemLibrary, cache: RenderCache):
    session = maker.session(3.0)
    fresh = _whole(render_session(session, stems, View.WET, cache=cache))
    assert len(list(cache.directory.glob("*.f32"))) == 3
    again = _whole(render_session(session, stems, View.WET, cache=cache))
    elsewhere = _whole(render_session(session, stems, View.WET, cache=RenderCache(cache.directory / "other")))
    assert np.array_equal(fresh, again)
    assert np.array_equal(fresh, elsewhere)


def test_progress_rises_to_one_and_torch_keeps_its_threads(maker, stems: StemLibrary):
    seen: list[float] = []
    former = torch.get_num_threads()
    render_session(maker.session(2.0), stems, View.WET, lambda share, what: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert torch.get_num_threads() == former


@pytest.mark.parametrize("after", [0.0, 0.5, 0.9])
def test_a_cancelled_render_leaves_nothing_unfinished(maker, stems: StemLibrary, cache: RenderCache, after: float):
    cancel = CancelToken()

    def progress(share: float, what: str) -> None:
        if share >= after:
            cancel.cancel()

    with pytest.raises(Cancelled):
        render_session(maker.session(8.0), stems, View.WET, progress, cancel, cache=cache)
    assert list(cache.directory.glob("*.partial")) == []


def test_an_error_in_one_strip_ends_the_render(maker, stems: StemLibrary, cache: RenderCache, monkeypatch):
    def full(*args: object) -> None:
        raise MixAssistError("the disk is full")

    monkeypatch.setattr("mixassist.rendering.cache.RenderFile.write", full)
    with pytest.raises(MixAssistError, match="the disk is full"):
        render_session(maker.session(2.0), stems, View.WET, cache=cache)
    assert list(cache.directory.iterdir()) == []


def test_the_model_view_needs_a_network(maker, stems: StemLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr("mixassist.rendering.renderers.models_directory", lambda: tmp_path)
    monkeypatch.setattr("mixassist.rendering.renderers._RENDERERS", {})
    with pytest.raises(MixAssistError, match=r"there is no trained network yet\. Use --view wet"):
        render_session(maker.session(0.5), stems, View.MODEL)


def test_measures_are_those_of_the_whole_mix(maker, stems: StemLibrary):
    graph = render_session(replace(maker.session(), master=Master(gain_db=4.0)), stems, View.WET)
    mix, measures = _whole(graph), measure_mix(graph)
    assert measures.integrated_lufs == pytest.approx(integrated_loudness_lufs(mix, RATE), abs=0.01)
    assert measures.true_peak_dbtp == pytest.approx(true_peak_dbtp(mix, RATE), abs=0.01)
    assert measures.sample_peak_dbfs == pytest.approx(20 * np.log10(np.abs(mix).max()), abs=1e-4)
    assert measures.master_gain_db == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("lufs", "peak", "target", "gain", "why"),
    [
        (-20.0, -10.0, -14.0, 6.0, "loudness"),
        (-20.0, -3.0, -14.0, 2.0, "ceiling"),
        (-8.0, 2.0, -14.0, -6.0, "loudness"),
        (-8.0, 9.0, -14.0, -10.0, "ceiling"),
        (-20.0, 5.0, None, 0.0, "off"),
        (-np.inf, -np.inf, -14.0, 0.0, "silence"),
        (-np.inf, -30.0, -14.0, 29.0, "ceiling"),
    ],
)
@pytest.mark.parametrize("measured_with", [0.0, 5.0])
def test_the_master_meets_target_or_ceiling_whichever_is_first(lufs, peak, target, gain, why, measured_with):
    measures = MixMeasures(lufs + measured_with, peak + measured_with, peak, measured_with)
    decision = master_for(Master(0.0, target, -1.0), measures)
    assert decision.limited_by == why
    assert decision.gain_db == pytest.approx(gain)
    assert decision.true_peak_dbtp == pytest.approx(peak + gain)


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        (_tone(5.0, 0.05), "loudness"),
        (np.vstack((_tone(4.0, 0.01), _tone(0.02, 0.9), _tone(2.0, 0.01))), "ceiling"),
        (np.vstack((_tone(6.0, 3e-5), _tone(3.0, 1.4e-4), _tone(6.0, 3e-5))), "loudness"),
    ],
    ids=["steady", "peaky", "near the gate"],
)
def test_the_written_file_meets_the_target_or_the_ceiling(audio: np.ndarray, why: str, tmp_path: Path):
    graph, decision = fit_master(_graph_of(audio), Master())
    write_mix(graph, tmp_path / "mix.wav")
    written, rate = soundfile.read(tmp_path / "mix.wav")
    lufs, peak = integrated_loudness_lufs(written, rate), true_peak_dbtp(written, rate)
    assert decision.limited_by == why
    if why == "loudness":
        assert lufs == pytest.approx(-14.0, abs=0.3)
        assert peak <= -0.9
    else:
        assert peak == pytest.approx(-1.0, abs=0.1)
        assert lufs < -14.0


def test_silence_stays_silence(tmp_path: Path):
    graph, decision = fit_master(_graph_of(np.zeros((RATE, 2))), Master())
    assert (decision.gain_db, decision.limited_by) == (0.0, "silence")
    write_mix(graph, tmp_path / "mix.wav")
    assert not soundfile.read(tmp_path / "mix.wav")[0].any()


def test_a_file_holds_what_is_heard(maker, stems: StemLibrary, tmp_path: Path):
    graph = render_session(maker.session(2.0), stems, View.WET)
    done = write_mix(graph, tmp_path / "mix.wav", file_format_for("mix.wav", 32))
    written, rate = soundfile.read(tmp_path / "mix.wav", dtype="float32")
    assert np.array_equal(written, _whole(graph))
    assert (done.frames, done.clipped_samples, rate) == (len(written), 0, RATE)


def test_the_same_mix_twice_is_the_same_bytes(maker, stems: StemLibrary, tmp_path: Path):
    graph = render_session(maker.session(1.0), stems, View.WET)
    for name in ("a.wav", "b.wav"):
        write_mix(graph, tmp_path / name, file_format_for(name, 16))
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_overs_are_counted_where_the_format_clips_them(tmp_path: Path):
    graph = _graph_of(np.array([[0.5, 1.5], [-1.2, 0.0], [1.0, -1.0]]))
    assert write_mix(graph, tmp_path / "a.wav").clipped_samples == 2
    assert write_mix(graph, tmp_path / "b.wav", file_format_for("b.wav", 32)).clipped_samples == 0
    assert soundfile.read(tmp_path / "b.wav")[0].max() == 1.5


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt])
def test_an_interrupted_write_leaves_no_file(tmp_path: Path, error: type[BaseException]):
    def progress(share: float, what: str) -> None:
        if share > 0.5:
            raise error

    graph = _graph_of(_tone(5.0, 0.1))
    with pytest.raises(error):
        write_mix(graph, tmp_path / "mix.wav", progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_stems_add_up_to_the_mix(maker, stems: StemLibrary, tmp_path: Path):
    session = replace(maker.session(2.0), master=Master(gain_db=2.5))
    graph = render_session(session, stems, View.WET)
    paths = write_stems(graph, session, tmp_path / "a" / "stems", file_format_for("x.wav", 32))
    assert [p.name for p in paths] == ["kick.wav", "piano.wav", "voice.wav", "plain.wav"]
    assert sorted(p.name for p in (tmp_path / "a" / "stems").iterdir()) == sorted(p.name for p in paths)
    files = [soundfile.read(p)[0] for p in paths]
    assert {f.shape for f in files} == {(session.length_frames, 2)}
    residue = sum(files) - _whole(graph)
    assert np.abs(residue).max() < 1e-6


def test_only_audible_stems_are_written_and_odd_names_made_fit(maker, stems: StemLibrary, tmp_path: Path):
    session = maker.session(0.5)
    tracks = tuple(replace(t, name=n) for t, n in zip(session.tracks, ("a:b", "CON", "c", "d?"), strict=True))
    session = replace(session, tracks=tracks).with_channels(lambda t: replace(t.channel, mute=t.name == "c"))
    paths = write_stems(render_session(session, stems, View.DRY), session, tmp_path)
    assert [p.name for p in paths] == ["a_b.wav", "CON_.wav", "d_.wav"]
    assert soundfile.info(paths[0]).subtype == "PCM_24"


def test_cancelled_stems_leave_neither_files_nor_folders(maker, stems: StemLibrary, tmp_path: Path):
    cancel = CancelToken()

    def progress(share: float, what: str) -> None:
        if share > 0.6:
            cancel.cancel()

    session = maker.session(1.0)
    graph = render_session(session, stems, View.DRY)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "kick.wav").write_text("mine")
    for folder in (tmp_path / "new" / "stems", kept):
        with pytest.raises(Cancelled):
            write_stems(graph, session, folder, progress=progress, cancel=cancel)
        cancel = CancelToken()
    assert not (tmp_path / "new").exists()
    assert [p.name for p in kept.iterdir()] == ["kick.wav"]
    assert (kept / "kick.wav").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, maker, stems: StemLibrary):
    (tmp_path / "file").write_text("")
    session = maker.session(0.2)
    graph = render_session(session, stems, View.DRY)
    with pytest.raises(MixAssistError, match="file"):
        write_stems(graph, session, tmp_path / "file")
    with pytest.raises(MixAssistError):
        write_mix(graph, tmp_path / "none" / "mix.wav")


def test_an_empty_session_gives_an_empty_mix(stems: StemLibrary, tmp_path: Path):
    graph, decision = fit_master(render_session(Session(), stems, View.WET), Master())
    assert decision.limited_by == "silence"
    assert write_mix(graph, tmp_path / "mix.wav").frames == 0
