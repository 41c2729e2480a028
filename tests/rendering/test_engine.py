# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Master, Session
from mixassist.domain.track import Track
from mixassist.rendering import engine as engine_module
from mixassist.rendering.cache import RenderCache, RenderFile
from mixassist.rendering.engine import RenderEngine
from mixassist.rendering.foresight import Foresight
from mixassist.rendering.mixdown import mix_blocks, render_session
from mixassist.rendering.play_graph import MixScratch, PlayGraph, mix_block
from mixassist.rendering.renderers import WetRenderer, _ConsoleProcess
from mixassist.rendering.strip_render import PIECE_S, QUICK_PIECE_S
from mixassist.rendering.strips import Take, order_for

RATE = 44_100
LONG_S = 45.0


@pytest.fixture
def engine(stems: StemLibrary, cache: RenderCache) -> Iterator[RenderEngine]:
    engine = RenderEngine(stems, cache, workers=2)
    errors: list[Exception] = []
    engine.on_error(lambda track_id, error: errors.append(error))
    yield engine
    engine.close()
    assert [e for e in errors if not isinstance(e, MixAssistError)] == []


def _whole(graph: PlayGraph) -> np.ndarray:
    return np.concatenate([block.copy() for block in mix_blocks(graph)])


def _cut(graph: PlayGraph, position: int, frames: int) -> np.ndarray:
    out = np.zeros((frames, 2), np.float32)
    mix_block(graph, position, out, MixScratch(frames))
    return out


def _decode(stems: StemLibrary, session: Session) -> None:
    stems.decode([stems.stem(t.source, RATE) for t in session.tracks])


def _set(session: Session, name: str, **controls: object) -> Session:
    track = session.track_named(name)
    return session.with_track(track.with_channel(track.channel.with_controls(controls)))


class _Changes:
    """Counts an engine's changes and lets a test wait for what it needs to see."""

    def __init__(self, engine: RenderEngine) -> None:
        self.tracks: list[str] = []
        self._condition = threading.Condition()
        engine.on_change(self._note)

    def _note(self, track_ids: frozenset[str]) -> None:
        with self._condition:
            self.tracks += track_ids
            self._condition.notify_all()

    def wait_for(self, count: int) -> None:
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.tracks) >= count, 60.0)


def _long_track(maker, controls: dict[str, object]) -> Track:
    return maker.track("long", maker.music(7, round(LONG_S * RATE), 1), controls=controls)


@pytest.mark.parametrize("view", [View.DRY, View.WET])
def test_in_the_end_it_plays_what_the_mixdown_writes_to_the_bit(maker, stems, engine, tmp_path: Path, view: View):
    session = maker.session()
    _decode(stems, session)
    engine.update(session, view, 3 * RATE)
    assert engine.wait(60.0)
    exact = render_session(session, stems, view, cache=RenderCache(tmp_path / "fresh"))
    assert np.array_equal(_whole(engine.graph()), _whole(exact))
    assert engine.rendering() == frozenset()


def test_faders_pans_mutes_and_master_act_at_once(maker, stems, engine):
    session = maker.session(2.0)
    _decode(stems, session)
    engine.update(session, View.WET)
    assert engine.wait(60.0)
    for edited in (
        _set(session, "kick", fader_db=-9.0, pan=0.8, polarity_inverted=True),
        _set(session, "piano", input_gain_db=5.0),
        session.with_channels(lambda t: replace(t.channel, mute=t.name == "kick")),
        replace(session, master=Master(gain_db=-6.0)),
    ):
        graph = engine.update(edited, View.WET)
        assert engine.rendering() == frozenset()
        assert np.array_equal(_whole(graph), _whole(render_session(edited, stems, View.WET)))


def test_the_old_sound_plays_until_the_new_one_is_there(maker, stems, cache, monkeypatch):
    session = maker.session(2.0)
    _decode(stems, session)
    engine = RenderEngine(stems, cache, workers=0)
    try:
        before = _whole(render_session(session, stems, View.WET, cache=cache))
        engine.update(session, View.WET)
        assert engine.rendering() == frozenset()
        graph = engine.update(_set(session, "piano", mid_gain_db=-20.0), View.WET)
        assert engine.is_rendering("piano")
        assert not engine.is_rendering("kick")
        assert np.array_equal(_whole(graph), before)
    finally:
        engine.close()


@pytest.mark.parametrize(
    ("controls", "tolerance"),
    [({"mid_gain_db": 12.0}, 1e-5), ({"threshold_db": -30.0, "ratio": 4.0, "mid_gain_db": 3.0}, 1e-3)],
    ids=["linear", "compressor"],
)
def test_the_playheads_surroundings_come_first(maker, stems, engine, monkeypatch, controls, tolerance):
    session = Session(tracks=(_long_track(maker, {}),))
    edited = _set(session, "long", **controls)
    _decode(stems, session)
    exact = render_session(edited, stems, View.WET, cache=RenderCache(engine._cache.directory / "exact"))
    gate = threading.Event()
    write = RenderFile.write
    monkeypatch.setattr(RenderFile, "write", lambda *args: (gate.wait(60.0), write(*args)))
    changes = _Changes(engine)
    engine.update(session, View.WET)
    position = round(30 * RATE)
    engine.update(edited, View.WET, position)
    changes.wait_for(1)
    quick = _cut(engine.graph(), position, RATE // 2)
    np.testing.assert_allclose(quick, _cut(exact, position, RATE // 2), atol=tolerance)
    changes.wait_for(2)
    assert engine.is_rendering("long")
    graph = engine.graph()
    heard, wanted = _cut(graph, position, 3 * RATE), _cut(exact, position, 3 * RATE)
    np.testing.assert_allclose(heard, wanted, atol=tolerance)
    assert not np.allclose(_cut(graph, 0, RATE), _cut(exact, 0, RATE), atol=tolerance)
    gate.set()
    assert engine.wait(60.0)
    assert np.array_equal(_whole(engine.graph()), _whole(exact))


def test_pieces_follow_the_playhead_without_a_way_back_to_the_old(maker, stems, engine, monkeypatch):
    session = Session(tracks=(_long_track(maker, {}),))
    edited = _set(session, "long", mid_gain_db=-12.0)
    _decode(stems, session)
    exact = render_session(edited, stems, View.WET, cache=RenderCache(engine._cache.directory / "exact"))
    gate = threading.Event()
    write = RenderFile.write
    monkeypatch.setattr(RenderFile, "write", lambda *args: (gate.wait(60.0), write(*args)))
    monkeypatch.setattr(engine_module, "_QUICK_STRIPS", 0)
    changes = _Changes(engine)
    engine.update(session, View.WET)
    engine.update(edited, View.WET, 10 * RATE)
    changes.wait_for(1)
    engine.move(13 * RATE)
    changes.wait_for(2)
    heard, wanted = _cut(engine.graph(), 10 * RATE, 7 * RATE), _cut(exact, 10 * RATE, 7 * RATE)
    np.testing.assert_allclose(heard, wanted, atol=1e-5)
    gate.set()


def test_only_the_last_of_many_edits_is_kept(maker, stems, engine):
    session = maker.session(2.0)
    _decode(stems, session)
    for gain in np.linspace(-12.0, 12.0, 40):
        engine.update(_set(session, "piano", mid_gain_db=float(gain), low_mid_gain_db=3.0), View.WET, RATE)
    last = _set(session, "piano", mid_gain_db=12.0, low_mid_gain_db=3.0)
    assert engine.wait(60.0)
    assert np.array_equal(_whole(engine.graph()), _whole(render_session(last, stems, View.WET)))
    assert list(engine._cache.directory.glob("*.partial")) == []


def test_going_back_finds_the_former_render(maker, stems, engine):
    session = maker.session(2.0)
    _decode(stems, session)
    engine.update(session, View.WET)
    assert engine.wait(60.0)
    before = _whole(engine.graph())
    engine.update(_set(session, "piano", mid_gain_db=-3.0), View.WET)
    assert engine.wait(60.0)
    graph = engine.update(session, View.WET)
    assert engine.rendering() == frozenset()
    assert np.array_equal(_whole(graph), before)
    dry = engine.update(session, View.DRY)
    assert engine.rendering() == frozenset()
    assert np.array_equal(_whole(dry), _whole(render_session(session, stems, View.DRY)))


def test_gain_moves_meanwhile_act_on_old_and_new_alike(maker, stems, cache):
    session = Session(tracks=(maker.track("a", maker.music(1, RATE, 1)),))
    _decode(stems, session)
    engine = RenderEngine(stems, cache, workers=0)
    try:
        graph = engine.update(_set(session, "a", mid_gain_db=6.0), View.WET)
        flipped = engine.update(_set(session, "a", mid_gain_db=6.0, polarity_inverted=True), View.WET)
        assert engine.is_rendering("a")
        assert np.array_equal(_whole(flipped), -_whole(graph))
    finally:
        engine.close()


def test_stems_that_are_still_being_decoded_are_rendered_afterwards(maker, stems, engine):
    session = maker.session(3.0)
    engine.update(session, View.WET)
    assert engine.is_rendering("kick")
    _decode(stems, session)
    assert engine.wait(60.0)
    assert np.array_equal(_whole(engine.graph()), _whole(render_session(session, stems, View.WET)))


def test_tracks_come_and_go_while_rendering(maker, stems, engine):
    session = maker.session(3.0)
    _decode(stems, session)
    engine.update(session, View.WET)
    fewer = replace(session, tracks=session.tracks[1:])
    engine.update(fewer, View.WET)
    engine.update(Session(), View.WET)
    assert engine.wait(60.0)
    assert engine.graph().strips == ()
    engine.update(session, View.WET)
    assert engine.wait(60.0)
    assert np.array_equal(_whole(engine.graph()), _whole(render_session(session, stems, View.WET)))


def test_a_track_with_other_audio_plays_that(maker, stems, engine):
    session = maker.session(2.0)
    other = maker.track("other", maker.music(9, 2 * RATE, 2))
    track = session.track_named("kick")
    replaced = session.with_track(replace(track, source=other.source))
    _decode(stems, session)
    _decode(stems, replaced)
    engine.update(session, View.WET)
    engine.update(replaced, View.WET)
    assert engine.wait(60.0)
    assert np.array_equal(_whole(engine.graph()), _whole(render_session(replaced, stems, View.WET)))


def test_a_missing_file_is_told_once_and_the_others_play(maker, stems, engine):
    session = maker.session(1.0)
    Path(session.track_named("kick").source.files[0].path).unlink()
    told: list[tuple[str, Exception]] = []
    engine.on_error(lambda track_id, error: told.append((track_id, error)))
    _decode(stems, replace(session, tracks=session.tracks[1:]))
    engine.update(session, View.WET)
    engine.update(_set(session, "plain", pan=0.5), View.WET)
    assert engine.wait(60.0)
    assert [track_id for track_id, _ in told] == ["kick"]
    assert _whole(engine.graph()).any()


def test_a_full_disk_is_told_and_the_old_sound_stays(maker, stems, engine, monkeypatch):
    def full(*args: object) -> None:
        raise MixAssistError("the disk is full")

    session = maker.session(1.0)
    _decode(stems, session)
    monkeypatch.setattr(RenderFile, "write", full)
    told = threading.Event()
    engine.on_error(lambda track_id, error: told.set())
    engine.update(_set(session.with_channels(lambda t: replace(t.channel)), "plain", mid_gain_db=3.0), View.WET)
    assert told.wait(60.0)
    assert engine.wait(60.0)
    assert _whole(engine.graph()).any()
    assert list(engine._cache.directory.glob("*.partial")) == []


def test_closing_in_the_middle_leaves_nothing_unfinished(maker, stems, cache):
    session = Session(tracks=(_long_track(maker, {"threshold_db": -20.0, "ratio": 3.0}),))
    _decode(stems, session)
    engine = RenderEngine(stems, cache, workers=1)
    engine.update(session, View.WET)
    engine.close()
    assert list(cache.directory.glob("*.partial")) == []
    assert not [t for t in threading.enumerate() if t.name.startswith("render-")]


def test_a_view_without_a_renderer_changes_nothing(maker, stems, engine, monkeypatch, tmp_path):
    session = maker.session(1.0)
    monkeypatch.setattr("mixassist.rendering.renderers.models_directory", lambda: tmp_path)
    graph = engine.update(session, View.DRY)
    monkeypatch.setattr("mixassist.rendering.renderers._RENDERERS", {})
    with pytest.raises(MixAssistError, match="no trained network"):
        engine.update(session, View.MODEL)
    assert engine.graph() is graph


def test_idle_workers_prepare_what_the_first_render_would_wait_for(maker, stems, engine, monkeypatch):
    done = threading.Semaphore(0)
    monkeypatch.setattr(WetRenderer, "preparations", lambda self, rate: [done.release] * 3)
    session = Session(tracks=(maker.track("a", maker.music(1, RATE, 1)),))
    engine.update(session, View.WET)
    engine.update(_set(session, "a", pan=0.5), View.WET)
    for _ in range(3):
        assert done.acquire(timeout=60.0)
    engine.close()
    assert not done.acquire(blocking=False)


def test_of_few_edits_the_first_piece_is_short_and_of_many_it_is_not(maker, stems, cache, monkeypatch):
    lengths: list[int] = []
    piece = _ConsoleProcess.piece
    monkeypatch.setattr(
        _ConsoleProcess, "piece", lambda self, read, start, n: (lengths.append(n), piece(self, read, start, n))[1]
    )
    for count, expected in ((1, QUICK_PIECE_S), (6, PIECE_S)):
        tracks = tuple(maker.track(f"t{count}-{n}", maker.music(n, 8 * RATE, 1)) for n in range(count))
        session = Session(tracks=tracks)
        _decode(stems, session)
        engine = RenderEngine(stems, cache, workers=1)
        changes = _Changes(engine)
        lengths.clear()
        engine.update(session, View.WET)
        engine.update(session.with_channels(lambda t: t.channel.with_controls({"mid_gain_db": 3.0})), View.WET, 0)
        changes.wait_for(1)
        engine.close()
        assert lengths[0] == round(expected * RATE)


def test_a_feed_gets_every_graph_in_order(maker, stems, engine):
    session = maker.session(2.0)
    _decode(stems, session)
    fed: list[PlayGraph] = []
    engine.feed(fed.append)
    engine.update(session, View.WET)
    assert engine.wait(60.0)
    assert fed[-1] is engine.graph()
    count = len(fed)
    engine.update(_set(session, "kick", pan=0.3), View.WET)
    assert fed[-1] is engine.graph()
    assert len(fed) == count + 1
    engine.feed(None)
    engine.update(session, View.WET)
    assert len(fed) == count + 1


def test_after_an_edit_a_listener_has_pieces_first_and_the_whole_later(maker, stems, engine, monkeypatch):
    monkeypatch.setattr(engine_module, "_PIECES_ONLY_S", 3600.0)
    session = Session(tracks=(_long_track(maker, {}),))
    _decode(stems, session)
    heard: list[PlayGraph] = []
    engine.feed(heard.append)
    changes = _Changes(engine)
    engine.update(session, View.WET, 20 * RATE)
    engine.update(_set(session, "long", mid_gain_db=6.0), View.WET, 20 * RATE)
    changes.wait_for(2)
    assert heard[-1].strips[0].patches
    assert not engine.wait(0.2)
    monkeypatch.setattr(engine_module, "_PIECES_ONLY_S", 0.0)
    assert engine.wait(60.0)
    assert not heard[-1].strips[0].patches


def test_idle_workers_render_the_other_views_and_the_snapshots(maker, stems, engine):
    session = _set(maker.session(2.0).taken_snapshot("Mine"), "piano", mid_gain_db=-9.0)
    _decode(stems, session)
    engine.foresee((View.DRY, View.WET))
    engine.update(session, View.DRY)
    for wanted in (session, session.recalled_snapshot("Mine")):
        for track in wanted.tracks:
            order = order_for(WetRenderer(), track.channel, stems.stem(track.source, RATE))
            if not isinstance(order, Take):
                _until(lambda o=order: engine._cache.find(o.key, o.frames, o.sides) is not None)
        engine.update(wanted, View.WET)
        assert engine.rendering() == frozenset()
        assert np.array_equal(_whole(engine.graph()), _whole(render_session(wanted, stems, View.WET)))


def test_foresight_leaves_a_full_cache_alone(maker, stems, tmp_path: Path):
    cache = RenderCache(tmp_path / "small", limit_bytes=1_000_000)
    session = maker.session(2.0)
    _decode(stems, session)
    foresight = Foresight(cache)
    foresight.views = (View.DRY, View.WET)
    foresight.show(session, {t.id: stems.stem(t.source, RATE) for t in session.tracks}, View.DRY)
    while foresight.take():
        foresight.step()
    foresight.close()
    assert cache.size_bytes() <= 500_000


def _until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60.0
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)
