# SPDX-License-Identifier: Apache-2.0
"""What is set beside the mix to compare it with, as a play graph, and the gain that makes it as loud."""

from __future__ import annotations

import math
from dataclasses import replace

from mixassist.rendering.play_graph import PlayGraph, PlayStrip, Samples

REFERENCE_ID = "reference"
"""Stands for a track's id in the graph of a reference."""

CEILING_DBTP = 0.0
"""A quieter version is not turned up beyond this true peak: it would clip at the device."""


def reference_graph(samples: Samples, sample_rate_hz: int, least_frames: int = 0) -> PlayGraph:
    """Returns a finished song as a graph that plays it as it is, from the start of the time line.

    Args:
        samples: (frames, 1|2) float32; one side plays on both.
        least_frames: the graph lasts at least this long (the session's length, so that a loop stays where it is).
    """
    strip = PlayStrip(REFERENCE_ID, samples, 0, 1.0, 1.0)
    return PlayGraph((strip,), 1.0, max(len(samples), least_frames), sample_rate_hz)


def matching_gain_db(lufs: float, true_peak_dbtp: float, wanted_lufs: float) -> float:
    """Returns the gain that brings a version from its loudness to the wanted one; 0 for silence.

    Turned up at most to a true peak of 0 dBTP: such a version stays quieter than what it is compared with.
    """
    if not (math.isfinite(lufs) and math.isfinite(wanted_lufs)):
        return 0.0
    gain_db = wanted_lufs - lufs
    return gain_db if gain_db <= 0.0 else max(min(gain_db, CEILING_DBTP - true_peak_dbtp), 0.0)


def with_gain(graph: PlayGraph, gain_db: float) -> PlayGraph:
    """Returns a graph that sounds louder or softer by a gain; the same graph where that is 0 dB."""
    return graph if gain_db == 0.0 else replace(graph, master_gain=graph.master_gain * 10.0 ** (gain_db / 20.0))
