# SPDX-License-Identifier: Apache-2.0
"""Momentary and short-term loudness of what is heard now: the play graph, mixed once more as it passes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mixassist.audio.loudness import LoudnessMeter
    from mixassist.rendering.play_graph import MixScratch, PlayGraph

_STEP_S = 0.1
"""BS.1770's windows move in steps of 100 ms."""
_LONGEST_S = 1.5
"""A playhead that has gone further than this since the last look has jumped, or the window was asleep."""
_BLOCK_FRAMES = 8192


class LiveLoudness:
    """Follows a playhead; one thread at a time may use it. It costs about a hundredth of real time."""

    def __init__(self) -> None:
        self._meter: LoudnessMeter | None = None
        self._scratch: MixScratch | None = None
        self._out = np.zeros((_BLOCK_FRAMES, 2), np.float32)
        self._position: int | None = None

    @property
    def momentary_lufs(self) -> float | None:
        """Loudness of the last 400 ms; None before there are as many since play, a jump or a stop."""
        return None if self._meter is None else _newest(self._meter.momentary_lufs())

    @property
    def short_term_lufs(self) -> float | None:
        """Loudness of the last 3 s; None before there are as many."""
        return None if self._meter is None else _newest(self._meter.short_term_lufs())

    def follow(self, graph: PlayGraph, heard_frames: int, playing: bool) -> bool:
        """Takes in what was heard since the last call; returns whether the values are new."""
        if not playing:
            self._position = None
            return False
        rate = graph.sample_rate_hz
        passed = -1 if self._position is None else heard_frames - self._position
        if not 0 <= passed <= _LONGEST_S * rate:
            self._restart(rate, heard_frames)
            return True
        if passed < _STEP_S * rate:
            return False
        self._take(graph, passed)
        return True

    def _restart(self, rate_hz: int, heard_frames: int) -> None:
        from mixassist.audio.loudness import LoudnessMeter
        from mixassist.rendering.play_graph import MixScratch

        self._meter = LoudnessMeter(rate_hz, 2)
        self._scratch = self._scratch or MixScratch(_BLOCK_FRAMES)
        self._position = heard_frames

    def _take(self, graph: PlayGraph, frames: int) -> None:
        from mixassist.rendering.play_graph import mix_block

        assert self._meter is not None and self._scratch is not None and self._position is not None
        while frames > 0:
            block = self._out[: min(frames, _BLOCK_FRAMES)]
            mix_block(graph, self._position, block, self._scratch)
            self._meter.update(block)
            self._position += len(block)
            frames -= len(block)


def _newest(values: np.ndarray) -> float | None:
    return float(values[-1]) if len(values) else None


def loudness_text(lufs: float | None) -> str:
    """Returns a loudness with one decimal; a dash while it is not known."""
    if lufs is None:
        return "–"
    return f"{lufs:.1f}".replace("-", "−") if math.isfinite(lufs) else "−∞"
