# SPDX-License-Identifier: Apache-2.0
"""Sums of strips that are kept: what is read from them is what adding up gives, and only what changed is added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mixassist.analysis.kept_sums import KeptSums
from mixassist.analysis.mix_outline import changed_stretches, outline_sound
from mixassist.analysis.recent_sums import FollowedSound, RecentSums
from mixassist.analysis.sounds import GraphSound
from mixassist.domain.errors import MixAssistError
from mixassist.rendering.cache import RenderCache, RenderFile
from mixassist.rendering.play_graph import Patch, PlayGraph, PlayStrip, Samples

RATE = 44_100
FRAMES = 300_000


def noise(frames: int, seed: int) -> Samples:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, 1))).astype(np.float32)


@pytest.fixture(scope="module")
def graph() -> PlayGraph:
    """Ten strips, one of them silent, one that begins late."""
    strips = [PlayStrip(str(n), noise(FRAMES - 5000 * n, n), 0, 0.5, 0.1 * n) for n in range(10)]
    strips[3] = replace(strips[3], gain_left=0.0, gain_right=0.0)
    strips[4] = replace(strips[4], start_frames=12_345)
    return PlayGraph(tuple(strips), 0.7, FRAMES, RATE)


def changed(graph: PlayGraph, track: str, change: Callable[[PlayStrip], PlayStrip]) -> PlayGraph:
    return replace(graph, strips=tuple(change(s) if s.track_id == track else s for s in graph.strips))


def names_of(graph: PlayGraph) -> dict[str, object]:
    return {s.track_id: (id(s.samples), s.start_frames, s.gain_left, s.gain_right) for s in graph.strips}


def test_a_kept_sum_is_the_sum_to_the_bit_and_is_made_once(
    graph: PlayGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = GraphSound(graph)
    kept = GraphSound(graph, "x", KeptSums(10_000_000).of("x", graph, names_of(graph), RenderCache(tmp_path)))
    for start, frames in ((-100, 400), (70_000, 100_000), (FRAMES - 1000, 3000), (0, FRAMES), (131_000, 200)):
        assert np.array_equal(kept.read(start, frames), plain.read(start, frames))
    monkeypatch.setattr(GraphSound, "_mix", lambda *_: pytest.fail("added up again"))
    assert kept.read(50_000, 200_000).any()


def test_a_short_look_adds_up_no_more_than_it_needs(
    graph: PlayGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = GraphSound(graph, "x", KeptSums(10_000_000).of("x", graph, names_of(graph), RenderCache(tmp_path)))
    lengths: list[int] = []
    mix = GraphSound._mix
    monkeypatch.setattr(GraphSound, "_mix", lambda s, start, out: lengths.append(len(out)) or mix(s, start, out))
    sound.read(100_000, 500)
    assert lengths == [500]


def test_where_the_disk_is_full_each_reader_adds_up(
    graph: PlayGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MixAssistError("the disk is full")

    monkeypatch.setattr(RenderFile, "write", full)
    sound = GraphSound(graph, "x", KeptSums(10_000_000).of("x", graph, names_of(graph), RenderCache(tmp_path)))
    for _ in range(2):
        assert np.array_equal(sound.read(0, FRAMES), GraphSound(graph).read(0, FRAMES))


def test_a_mix_like_a_kept_one_is_made_from_it(
    graph: PlayGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sums, cache = KeptSums(50 * FRAMES), RenderCache(tmp_path)

    def sound(state: PlayGraph, name: str) -> GraphSound:
        return GraphSound(state, name, sums.of(name, state, names_of(state), cache))

    sound(graph, "first").read(0, FRAMES)
    states = {"louder": changed(graph, "2", lambda s: replace(s, gain_left=0.9))}
    states["other"] = changed(states["louder"], "5", lambda s: replace(s, samples=noise(FRAMES, 77)))
    states["muted"] = replace(graph, strips=graph.strips[1:])
    whole = {name: GraphSound(state).read(0, FRAMES) for name, state in states.items()}
    monkeypatch.setattr(GraphSound, "_mix", lambda *_: pytest.fail("added up again"))
    for name, state in states.items():
        found = sound(state, name)
        assert found.read(100_000, 500).any()
        assert np.abs(found.read(0, FRAMES) - whole[name]).max() < 1e-6


def test_what_is_no_number_goes_with_its_strip(graph: PlayGraph, tmp_path: Path) -> None:
    sums, recent, cache = KeptSums(50 * FRAMES), RecentSums(), RenderCache(tmp_path)
    broken = noise(FRAMES, 3)
    broken[1000] = np.nan
    for name, samples in (("broken", broken), ("mended", noise(FRAMES, 4))):
        state = changed(graph, "5", lambda s, samples=samples: replace(s, samples=samples))
        kept = GraphSound(state, name, sums.of(name, state, names_of(state), cache))
        recently = recent.summed("place", state, names_of(state), 0, FRAMES)
        for found in (kept.read(0, FRAMES), recently):
            assert np.allclose(found, GraphSound(state).read(0, FRAMES), atol=1e-6, equal_nan=True)


def test_kept_sums_keep_to_their_limit_and_leave_no_file(graph: PlayGraph, tmp_path: Path) -> None:
    sums, cache = KeptSums(20 * FRAMES), RenderCache(tmp_path)
    names = names_of(graph)
    for name, frames in (("long", 3 * FRAMES), ("empty", 0)):
        assert sums.of(name, replace(graph, length_frames=frames), names, cache) is None
    first = sums.of("a", graph, names, cache)
    assert first is not None and sums.of("a", graph, names, cache) is first
    for name, gain in (("b", 0.3), ("c", 0.4)):
        sums.of(name, replace(graph, master_gain=gain), names, cache)
    assert sums.of("a", graph, names, cache) is not first
    del first
    sums.clear()
    assert not list(tmp_path.iterdir())


def test_a_change_of_few_strips_adds_up_those_alone(graph: PlayGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    sums, start, frames = RecentSums(), 1000, 150_000
    states = [graph]
    states.append(changed(graph, "2", lambda s: replace(s, gain_left=0.9)))
    states.append(changed(states[-1], "5", lambda s: replace(s, samples=noise(FRAMES, 77))))
    states.append(changed(states[-1], "3", lambda s: replace(s, gain_left=0.3)))
    states.append(changed(states[-1], "2", lambda s: replace(s, gain_left=0.0, gain_right=0.0)))
    states.append(replace(states[-1], master_gain=0.2))
    mixed: list[int] = []
    from mixassist.analysis import recent_sums

    real = recent_sums.mixed
    monkeypatch.setattr(recent_sums, "mixed", lambda g, strips, *a: mixed.append(len(strips)) or real(g, strips, *a))
    for state in states:
        found = sums.summed("place", state, names_of(state), start, frames)
        assert np.abs(found - GraphSound(state).read(start, frames)).max() < 1e-6
    assert mixed[0] == 9 and max(mixed[1:]) == 1


def test_much_that_changes_is_added_up_afresh(graph: PlayGraph) -> None:
    sums = RecentSums()
    sums.summed("place", graph, names_of(graph), 0, 5000)
    other = replace(graph, strips=tuple(replace(s, gain_right=0.05) for s in graph.strips))
    found = sums.summed("place", other, names_of(other), 0, 5000)
    assert np.array_equal(found, GraphSound(other).read(0, 5000))


def test_where_two_graphs_differ(graph: PlayGraph) -> None:
    assert changed_stretches(graph, graph) == ()
    assert changed_stretches(graph, replace(graph, master_gain=1.0)) is None
    assert changed_stretches(graph, replace(graph, strips=graph.strips[1:])) is None
    louder = changed(graph, "4", lambda s: replace(s, gain_left=0.6))
    assert set(changed_stretches(graph, louder) or ()) == {(12_345, 12_345 + FRAMES - 20_000)}
    patch = Patch(1000, noise(2000, 5))
    patched = changed(graph, "4", lambda s: replace(s, patches=(patch,)))
    assert changed_stretches(graph, patched) == ((13_345, 15_345),)
    same = changed(graph, "4", lambda s: replace(s, patches=(replace(patch),)))
    assert changed_stretches(patched, same) == ()
    unheard = changed(graph, "3", lambda s: replace(s, samples=noise(10, 1)))
    assert changed_stretches(graph, unheard) == ()


def test_an_outline_follows_a_change_by_what_changed(graph: PlayGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    former = outline_sound(GraphSound(graph))
    patched = changed(graph, "4", lambda s: replace(s, patches=(Patch(100_000, 5.0 * noise(30_000, 5)),)))
    read: list[int] = []
    real = GraphSound.read
    monkeypatch.setattr(GraphSound, "read", lambda s, start, n: read.append(n) or real(s, start, n))
    pyramid = outline_sound(GraphSound(patched), former, changed=changed_stretches(graph, patched))
    assert sum(read) < FRAMES / 2
    exact = outline_sound(GraphSound(patched))
    for a, b in zip(pyramid._levels, exact._levels, strict=True):
        assert np.array_equal(a, b)


def test_a_graph_that_is_followed_reads_like_any_other(graph: PlayGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    patched = changed(graph, "4", lambda s: replace(s, patches=(Patch(50_000, noise(30_000, 5)),)))
    sums = RecentSums(2)
    for state in (graph, patched, changed(patched, "4", lambda s: replace(s, patches=()))):
        sound, plain = FollowedSound(state, sums), GraphSound(state)
        for start, frames in ((20_000, 100_000), (20_000, 500), (-50, FRAMES + 100)):
            assert np.abs(sound.read(start, frames) - plain.read(start, frames)).max() < 1e-6
