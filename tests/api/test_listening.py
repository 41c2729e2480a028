# SPDX-License-Identifier: Apache-2.0
"""Versions made of real sessions and files: what a test compares is what is heard in the mix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist import api
from mixassist.api.opening import Opened
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.listening.sources import SourceKind, VersionSource, file_source, sources_of, view_source
from mixassist.listening.versions import MATCH_LU
from mixassist.rendering.mixdown import mix_blocks, render_session

RATE = 44_100


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A session of two stems, one of them with a reverb, and a snapshot before that."""
    folder = tmp_path / "Song"
    folder.mkdir()
    time = np.arange(5 * RATE) / RATE
    for name, hz in (("Bass", 80.0), ("Keys", 440.0)):
        soundfile.write(folder / f"{name}.wav", 0.4 * np.sin(2 * np.pi * hz * time) * np.exp(-3 * (time % 0.5)), RATE)
    found = api.open_source([folder])
    session = found.session.taken_snapshot("before")
    track = session.track_named("Keys")
    wet = {"reverb_wet": 0.6, "high_shelf_gain_db": -9.0, "pan": 0.5}
    session = session.with_track(track.with_channel(track.channel.with_controls(wet)))
    yield replace(found, session=session)
    found.stems.close()


def bounced(opened: Opened, view: View) -> np.ndarray:
    graph = render_session(opened.session, opened.stems, view)
    return np.concatenate([block.copy() for block in mix_blocks(graph)])


def test_views_snapshots_and_anchors_of_a_session(opened: Opened) -> None:
    offered = sources_of(opened.session, (View.DRY, View.WET))
    assert [s.label for s in offered][:2] == ["dry", "wet"]
    assert {s.label for s in offered} >= {"snapshot before", "mono anchor", "random anchor"}
    chosen = (
        view_source(View.DRY), view_source(View.WET), VersionSource(SourceKind.SNAPSHOT, "before"),
        VersionSource(SourceKind.MONO), VersionSource(SourceKind.RANDOM),
    )  # fmt: skip
    prepared = api.prepare_versions(chosen, opened.session, opened.stems, region_s=(1.0, 4.0))
    versions = prepared.versions
    for index, view in ((0, View.DRY), (1, View.WET)):
        expected = bounced(opened, view)
        np.testing.assert_array_equal(versions.samples(index)[: len(expected)], expected)
    mono = versions.samples(3)
    np.testing.assert_array_equal(mono[:, 0], mono[:, 1])
    assert not np.allclose(versions.samples(4)[:, 0], versions.samples(4)[:, 1])
    assert prepared.match.spread_lu <= MATCH_LU
    assert prepared.moved_frames == (0,) * 5
    facts = prepared.facts()
    assert facts["region"] == {"start_s": 1.0, "end_s": 4.0}
    assert [v["source"] for v in facts["versions"]][2:4] == ["snapshot:before", "mono"]


def test_a_file_that_begins_late_at_another_rate_is_put_in_step(opened: Opened, tmp_path: Path) -> None:
    wet = bounced(opened, View.WET)
    late = tmp_path / "late.wav"
    soundfile.write(late, np.concatenate((np.zeros((1105, 2), np.float32), 0.5 * wet)), RATE, subtype="FLOAT")
    prepared = api.prepare_versions((view_source(View.WET), file_source(late)), opened.session, opened.stems)
    assert prepared.moved_frames == (0, 1105)
    assert prepared.notes == ("late.wav was 1105 samples (25.1 ms) late and has been put in step",)
    np.testing.assert_allclose(prepared.versions.samples(1)[: len(wet)], 0.5 * wet, atol=1e-6)
    assert prepared.match.gains_db[0] == pytest.approx(-6.02, abs=0.05)


def test_two_files_need_no_session(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = 0.1 * rng.standard_normal((3 * 48_000, 2))
    soundfile.write(tmp_path / "a.wav", noise, 48_000)
    soundfile.write(tmp_path / "b.flac", 0.7 * noise[:, :1], 48_000)
    sources = (file_source(tmp_path / "a.wav"), file_source(tmp_path / "b.flac"), VersionSource(SourceKind.MONO))
    prepared = api.prepare_versions(sources, region_s=(0.0, 2.0))
    assert prepared.versions.sample_rate_hz == 48_000
    assert prepared.labels == ("a.wav", "b.flac", "mono anchor")
    mono = prepared.versions.samples(2)
    np.testing.assert_allclose(mono[:, 0], noise.mean(axis=1), atol=1e-4)


def test_an_opinion_test_gets_its_low_anchor_and_screening_samples(opened: Opened) -> None:
    prepared = api.prepare_versions(
        (view_source(View.WET),), opened.session, opened.stems, region_s=(0.0, 3.0), with_opinion_extras=True
    )
    versions = prepared.versions
    assert len(versions.labels) == 1 + 1 + 5
    np.testing.assert_array_equal(versions.samples(0), versions.samples(2))  # the sample that is the same
    for index in (1, 3, 4, 5, 6):
        assert not np.allclose(versions.samples(index), versions.samples(0), atol=1e-4)
    assert prepared.labels == ("wet",)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ((view_source(View.WET),), "nothing to compare"),
        ((view_source(View.WET), view_source(View.DRY)), "without a session"),
        ((file_source("/nowhere/a.wav"), file_source("/nowhere/b.wav")), "no such file"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(sources: tuple[VersionSource, ...], words: str) -> None:
    with pytest.raises(MixAssistError, match=words):
        api.prepare_versions(sources)


def test_a_region_in_which_nothing_sounds_is_refused(opened: Opened, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(3 * RATE), RATE)
    with pytest.raises(MixAssistError, match=r"silence\.wav: nothing can be heard there"):
        api.prepare_versions(
            (view_source(View.WET), file_source(tmp_path / "silence.wav")), opened.session, opened.stems
        )
