# SPDX-License-Identifier: Apache-2.0
"""Gain reduction for meters: the console's, and in the model view the network's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mixassist import api
from mixassist.api.reduction import BLOCK_FRAMES, channel_reduction_db
from mixassist.domain.channel import View
from mixassist.domain.session import Session
from mixassist.networks.staged import StagedNetwork
from mixassist.rendering import renderers
from mixassist.rendering.model_renderer import ModelRenderer
from mixassist.rendering.strips import reader_of


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelRenderer]:
    torch.manual_seed(5)
    network = StagedNetwork(filter_width=8, gain_width=8, space_seconds=0.3, space_knots=6)
    made = ModelRenderer(network.eval().requires_grad_(False), "test")
    monkeypatch.setattr(renderers, "_RENDERERS", {**renderers._RENDERERS, View.MODEL: made})
    yield made


def _opened(folder: Path, rate: int) -> tuple[Session, api.Opened]:
    times = np.arange(3 * rate) / rate
    audio = 0.8 * np.sin(2 * np.pi * 220 * times) * (times % 1.0 < 0.4)
    soundfile.write(folder / "Vox.wav", audio.astype(np.float32), rate, subtype="FLOAT")
    opened = api.open_source([folder / "Vox.wav"])
    api.decode(opened.session, opened.stems)
    session = opened.session.with_channels(
        lambda t: t.channel.with_controls({"threshold_db": -30.0, "ratio": 4.0, "mid_gain_db": 2.0})
    )
    return session, opened


def test_the_models_bar_shows_what_the_network_takes_away(renderer: ModelRenderer, tmp_path: Path) -> None:
    session, opened = _opened(tmp_path, 44_100)
    track = session.tracks[0]
    found = {
        view: channel_reduction_db(replace(session, view=view), opened.stems, track.id)
        for view in (View.WET, View.MODEL)
    }
    stem = opened.stems.stem(track.source, 44_100)
    strip = renderer.strip(track.channel)
    expected = strip.gain_reduction_db(reader_of(stem.strip_samples), 0, stem.frames).numpy()
    np.testing.assert_allclose(found[View.MODEL], expected, atol=1e-4)
    assert len(found[View.MODEL]) == len(found[View.WET])
    assert not np.allclose(found[View.MODEL], found[View.WET], atol=0.5)
    opened.stems.close()


def test_at_another_rate_the_blocks_keep_their_time(renderer: ModelRenderer, tmp_path: Path) -> None:
    found = {}
    for rate in (44_100, 96_000):
        folder = tmp_path / str(rate)
        folder.mkdir()
        session, opened = _opened(folder, rate)
        blocks = channel_reduction_db(replace(session, view=View.MODEL), opened.stems, session.tracks[0].id)
        times = (np.arange(len(blocks)) + 0.5) * BLOCK_FRAMES / rate
        found[rate] = np.interp(np.linspace(0.1, 2.9, 100), times, blocks)
        opened.stems.close()
    assert np.median(np.abs(found[96_000] - found[44_100])) < 0.05 * max(found[44_100].max(), 1.0)
