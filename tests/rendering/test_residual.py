# SPDX-License-Identifier: Apache-2.0
"""What remains of one mix when another is taken from it."""

from __future__ import annotations

import numpy as np
import pytest

from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import View
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.mixdown import mix_blocks, render_session
from mixassist.rendering.play_graph import PlayGraph, PlayStrip
from mixassist.rendering.residual import residual_graph
from tests.rendering.conftest import Maker

RATE = 44_100


def heard(graph: PlayGraph) -> np.ndarray:
    return np.concatenate([block.copy() for block in mix_blocks(graph)])


def test_equal_mixes_cancel_to_digital_silence(maker: Maker, stems: StemLibrary, cache: RenderCache) -> None:
    session = maker.session(2.0)
    wet = render_session(session, stems, View.WET, cache=cache)
    again = render_session(session, stems, View.WET, cache=cache)
    assert heard(wet).any()
    assert not heard(residual_graph(wet, again)).any()


def test_the_residual_is_the_difference_of_the_mixes(maker: Maker, stems: StemLibrary, cache: RenderCache) -> None:
    session = maker.session(2.0)
    wet, dry = (render_session(session, stems, view, cache=cache) for view in (View.WET, View.DRY))
    expected = heard(wet) - 0.7 * heard(dry)
    assert np.abs(heard(residual_graph(wet, dry, 0.7)) - expected).max() < 1e-6


def test_masters_of_unlike_gain_are_in_it() -> None:
    audio = np.full((100, 1), 0.25, np.float32)
    strip = PlayStrip("a", audio, 0, 1.0, 0.5)
    loud, soft = PlayGraph((strip,), 2.0, 100, RATE), PlayGraph((strip,), 0.5, 80, RATE)
    assert np.allclose(heard(residual_graph(loud, soft))[:, 0], np.full(100, 0.5 - 0.125))
    assert len(heard(residual_graph(soft, loud))) == 100
    mute = PlayGraph((strip,), 0.0, 100, RATE)
    assert np.allclose(heard(residual_graph(mute, soft))[:, 1], -0.0625)
    assert np.allclose(heard(residual_graph(soft, mute))[:, 1], 0.0625)
    with pytest.raises(ValueError, match="no difference"):
        residual_graph(loud, PlayGraph((), 1.0, 0, 48_000))
